/** Variations of a prompt: hurried, polite, with pasted text around it. */
import type { Random } from './random.ts';

/** @returns the text and `times` variations of it */
export function variations(text: string, lang: 'en' | 'es', times: number, chance: Random): string[] {
  const found = [text];
  for (let time = 0; time < times; time++) {
    let varied = text;
    if (chance.next() < 0.4) varied = opened(varied, lang, chance);
    if (chance.next() < 0.25) varied = `${varied.replace(/[.\s]+$/, '')}. ${chance.pick(closings[lang])}`;
    if (chance.next() < 0.2) varied = mistyped(varied, chance);
    if (chance.next() < 0.35) varied = hurried(varied);
    const around = chance.next();
    if (around < 0.12) varied = `${varied}\n\n${chance.pick(pasted)}`;
    else if (around < 0.18) varied = `${chance.pick(pasted)}\n\n${varied}`;
    else if (around < 0.3) varied = `${chance.pick(contexts[lang])} ${varied}`;
    else if (around < 0.36) varied = `${varied}\n${chance.pick(lists[lang])}`;
    found.push(varied);
  }
  return found;
}

const opened = (text: string, lang: 'en' | 'es', chance: Random): string =>
  `${chance.pick(openings[lang])} ${text.charAt(0).toLowerCase()}${text.slice(1)}`;

/** Without capitals, accents and opening marks. */
const hurried = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f¿¡]/g, '')
    .toLowerCase();

function mistyped(text: string, chance: Random): string {
  const at = 1 + Math.floor(chance.next() * Math.max(1, text.length - 2));
  const [before, one = '', two = '', after] = [text.slice(0, at), text[at], text[at + 1], text.slice(at + 2)];
  return chance.next() < 0.5 ? `${before}${two}${one}${after}` : `${before}${two}${after}`;
}

type Texts = readonly [string, ...string[]];

const openings: Readonly<Record<'en' | 'es', Texts>> = {
  en: [
    'please',
    'Can you',
    'could you please',
    'hey,',
    'ok now',
    'Now',
    'I would like you to',
    'hi! quick one:',
    'As a senior developer,',
    'You are an expert software engineer.',
    'Act as a senior architect with 10 years of experience.',
    'You are a QA expert and scrum master.',
    "Let's",
    'so,',
  ],
  es: [
    'por favor',
    'oye,',
    'hola,',
    'vale, ahora',
    'Ahora',
    'porfa',
    'una cosa,',
    'Eres un experto en desarrollo de software.',
    'Actúa como un arquitecto senior.',
    'Como experto en TDD,',
    'Eres un ingeniero full stack con experiencia en React, Node y Prisma.',
    'buenas,',
    'a ver,',
    'Como experto en bases de datos,',
  ],
};

const closings: Readonly<Record<'en' | 'es', Texts>> = {
  en: [
    'Thanks!',
    'Keep it short',
    'Answer in Spanish',
    'Use best practices.',
    'be concise',
    'Think carefully.',
    "Ask me if something isn't clear",
    'Follow the conventions of the project.',
    'It is urgent',
  ],
  es: [
    'Gracias',
    'Sé breve',
    'respuesta corta',
    'Sigue las buenas prácticas.',
    'Pregúntame si tienes dudas',
    'es urgente',
    'Respeta la estructura del proyecto',
    'muchas gracias de antemano',
    'Recuerda guardar el prompt en el fichero de prompts',
  ],
};

const contexts: Readonly<Record<'en' | 'es', Texts>> = {
  en: [
    'We have a React frontend and a Node backend with Postgres.',
    'Context: internal tool used by the sales team, about 200 users.',
    'I am working on a recruitment system (ATS) with Express and Prisma.',
    "I'm new to this codebase and my boss needs it today.",
    'The project is a Django monolith deployed on AWS.',
    'I am using TypeScript 5 and the latest version of everything.',
  ],
  es: [
    'Tenemos un frontend en React y un backend en Node con Postgres.',
    'Contexto: es una herramienta interna que usan unas 200 personas.',
    'Estoy trabajando en un sistema de seguimiento de talento (ATS) con Express y Prisma.',
    'Soy nuevo en el proyecto y lo necesito para hoy.',
    'El proyecto es un monolito en Django desplegado en AWS.',
    'Uso TypeScript y la última versión de todo.',
  ],
};

const lists: Readonly<Record<'en' | 'es', Texts>> = {
  en: [
    '- Follow SOLID principles\n- Use descriptive names\n- Keep functions small',
    '1. Read the file first\n2. Follow the existing style\n3. Explain your decisions',
    '- include comments\n- handle errors gracefully\n- validate the inputs',
  ],
  es: [
    '- Sigue los principios SOLID\n- Usa nombres descriptivos\n- Funciones pequeñas',
    '1. Lee primero el fichero\n2. Sigue el estilo que ya hay\n3. Explica tus decisiones',
    '- incluye comentarios\n- maneja los errores\n- valida las entradas',
  ],
};

const pasted: Texts = [
  '```ts\nexport const total = (xs: number[]) => xs.reduce((a, b) => a + b, 0);\n```',
  'function load(id) {\n  const user = users.find((u) => u.id === id);\n  return user.name;\n}',
  '```python\nclass Repo:\n    def __init__(self, db):\n        self.db = db\n\n    def get(self, id):\n        return self.db[id]\n```',
  'SELECT id, name FROM users WHERE active = 1;',
  '{"id": 7, "name": "Ana", "roles": ["admin"]}',
  '<form>\n  <input name="email">\n  <button>Send</button>\n</form>',
];
