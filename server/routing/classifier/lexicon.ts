/**
 * The words of development requests in English and Spanish: words with one meaning share a concept, so that what is
 * learned from one wording, or one language, applies to the others.
 *
 * Words are in lower case, without accents and apostrophes (`dont`, `anade`). `plan*` is every word with that prefix; a
 * phrase has its words separated by one space. When several match, the longest is used.
 */
import type { TaskType } from '../../../shared/tasks.ts';

export type Concept = {
  /** The prior of the concept in log-odds; training starts from it and stays near it. */
  readonly leans?: Readonly<Partial<Record<TaskType, number>>>;
  readonly words: string;
};

export const lexicon = {
  // Actions.
  write: {
    words:
      'write, writes, writing, written, type out, escrib*, escrit*, redact*, draft*, compose, compon, rewrite it, jot',
  },
  create: {
    words:
      'creat*, crea*, cree, creemos, gener*, make, makes, making, haz, hazme, hacer, haga, hagas, hagamos, haceme, prepar*, elabor*, produce, produzca, give me, dame, deme, put together, come up with, get me, i want, quiero, quisiera, i need, necesito, necesitamos, we need, id like, me gustaria',
  },
  implement: {
    leans: { complex_generation: 0.6 },
    words:
      'implement, implements, implementa, implementame, implementar, implementalo, implementala, implemente, implementes, implementing, implementation of, develop, developing, desarroll*, build, builds, building, built, constru*, program a, program me, programa, programame, programar, code me, code a, code an, scaffold*, set up, setup, monta, montar, montame, bootstrap*, codifica*, clone of, finish the implementation, complete the implementation, termina la implementacion, terminar la implementacion, finish implementing, flesh out, wire up, hook up, integrate, integra, integrar, integracion, hagamos, vamos a meter, vamos a anadir, lets add, lets build, lets create, vamos a crear, vamos a construir, make me a, make a, hazme un, hazme una, hacer un, hacer una, turn this into a, convierte este excel, wrap this, wrapper, envuelve, create an app, crea una app, crea una aplicacion, crear una aplicacion, write the code for, generate the code, genera el codigo, program in, un programa, programa en, write a program, escribir un programa, escribe un programa, write a game, vamos a implementar, lets implement, de principio a fin, terminal ui, faltan, you do, complete the, completa el, completa la',
  },
  add: {
    words:
      'add, adds, adding, anad*, agreg*, insert, insertar, inserta, include, incluye, pon, ponle, ponme, poner, mete, meter, append',
  },
  change: {
    leans: { simple_generation: 0.6 },
    words:
      'change, changes the, changing, cambia, cambiar, cambiale, cambiame, renam*, renombr*, replac*, reemplaz*, sustitu*, remove*, removing, quita*, elimin*, delete, borra, borrar, convert*, conviert*, transform*, rewrite*, reescrib*, refactor*, simplif*, shorten, move this, move the, mueve, mover, pasa, pasar, pasame, pasalo, port, porta, portar, update, actualiza, actualizar, modif*, adapt*, extract, extrae*, extraer, format, formatea*, clean up, tidy, split this function, migra el componente, migrate the component, upgrade the, swap, intercambia, turn it into, turn this, turn them into, turn the, vuelve, haz que, hacer que, make it, make this, make the, make them, should also, tambien tiene que, tiene que aceptar, should accept, accept also, instead return, use instead, usa en su lugar, strip, trim, split by, separa por, merge these two, junta, juntar, une, combine, dedupe, sort by, ordena, ordenalo, sort this, sort the, filter, filtra, uppercase, lowercase, mayusculas, minusculas, capitalize, indent, indenta, align, alinea, hide, oculta, show, muestra, increase, decrease, aumenta, reduce the, set the, ajusta, wrap it, wrap the, express this, expresar este, expresa, rewrite the previous, reescribe la respuesta, not axios, using fetch, in place of',
  },
  fix: {
    leans: { verification: 1.4 },
    words:
      'fix, fixes, fixing, debug*, depur*, solve, solving, soluciona, solucionar, soluciono, soluciones, solucion a, resolve, resuelv*, resolver, arregl*, corrig*, corregir, corrij*, repair*, repar*, troubleshoot*, diagnos*, get rid of this error, correct this, correct the code, sort out this error, remediate, mitigate, workaround, hotfix, patch this, parchea',
  },
  review: {
    leans: { verification: 1.2 },
    words:
      'review*, revis*, check, checks, check if, check that, check whether, double check, doublecheck, chequea*, audit*, verif*, valid, validate, validates, valida, validar, validame, valide, inspect*, inspecciona*, critique, criticise, criticize, critica, comprueb*, comprob*, comprobar, asegurate, make sure, ensure, look over, take a look, echale un vistazo, mira si, see if, spot, code review, any feedback, lint*, is this correct, is it correct, is this right, esta bien, is this code, am i doing, am i missing, something i missed, que falta, whats missing, what is missing, cumple, matches the requirements, match the requirements, meets the requirements, evalua, evaluate, assess, test whether, fishy, look ok, looks ok, look right, looks right, seem right, does this look, te parece bien, esta correcto, es correcto, correcto, is it ok, is it safe, es seguro, sanity check, second pair of eyes, feedback on, opinion on this code, critica este, code smell, code smells, sonarqube, compliance, does anything, anything wrong, algo mal, algun fallo, algun error, algun problema, any problem, any problems, any issues, any issue, posibles problemas, potential issues, possible issues, could be improved, se pueda mejorar, mejorable, weak points, puntos debiles, list every place, todos los sitios, have a look at, go over my, look at my, echale un ojo, merge request, is it true that, es verdad que, is my understanding, try to break, intenta romper, my pr, mi pr, worried about, preocupa',
  },
  find: {
    words:
      'find, finds, finding, encuentr*, encontrar, busca, buscar, search for, look for, locate, localiza*, detect*, identif*, identify, senala*, point out, spot the',
  },
  analyse: { words: 'analy*, analiz*, analic*, go through, study the, estudia el, examina*' },
  run: { words: 'run, running, runs, execut*, ejecut*, launch the, lanza*, arranca*, start the' },
  explain: {
    leans: { general: 1.3 },
    words:
      'explain*, explic*, explain to me, understand*, entend*, entiend*, tell me about, hablame*, cuentame, cuenta, walk me through, describe what, line by line, what does this, what does the, que hace este, que hace esta, que hace el, que hace la, in plain english, in simple terms, like im five, con otras palabras, para principiantes, ensename',
  },
  summarise: {
    leans: { general: 1.2 },
    words:
      'summar*, resum*, in plain words, palabras mas sencillas, simpler words, what we have built, que hemos construido, que hemos hecho, que hemos anadido, in a few paragraphs, en unos parrafos,  tldr, sintetiza*, resumen, overview of, recap, key points, bullet points',
  },
  translate: {
    leans: { general: 0.8 },
    words:
      'translat*, traduc*, traduz*, into spanish, into english, to german, to french, to spanish, to english, al ingles, al frances, al espanol, al castellano, en ingles',
  },
  proofread: {
    leans: { general: 1.2 },
    words:
      'proofread*, grammar, gramatica, ortografia, spelling, more polite, more formal, mas formal, mejora la redaccion, rephrase, reformula*, paraphrase, tone, tono, wording, redaccion, sounds better, suene mejor',
  },
  design: {
    leans: { architecture: 1.2 },
    words:
      'design, designs, designing, designed, redesign, re design, disen*, redisen*, architect, architecting',
  },
  recommend: {
    leans: { architecture: 0.4 },
    words:
      'recommend*, recomiend*, recomendar, recomendacion*, suggest*, sugier*, sugerencia*, propos*, propon*, propuesta, advice on, best way to structure, conviene, me conviene, what would you use, que usarias, would you choose, would you pick, elegirias, elige, elegir, choose, pick, choosing, decide between, decidir, deciding, opt for, usarias, fits better, fit better, fits best, fit best, encaja*',
  },
  compare: {
    leans: { architecture: 0.3 },
    words:
      'compar*, versus, vs, tradeoff*, trade off, trade offs, pros and cons, pros y contras, ventaja*, desventaja*, advantages, disadvantages, better to, is it better, es mejor, que es mejor, which is better, cual es mejor, mejor usar, overkill, matar moscas, tiene sentido, makes sense, make sense, alternativ*, good idea, buena idea, best practice for, should i use, should we use, deberia usar, debo usar, deberiamos usar, o react, or react, react or, react o, angular o, angular or, vue or, vue o, java o, python o, python or, go or, or flink, or vue, or angular, or python, or go, better option, mejor opcion, la mejor opcion, differences vs, cual me conviene, which one should, cual usar, cual deberia, which should i',
  },
  organise: {
    leans: { architecture: 0.9 },
    words:
      'how would you structure, how to structure, how should i structure, how should we structure, structure the, structure of, organize the, organise the, how to organize, how do i organize, como estructuro, como estructurar, como estructurarias, como organizo, como organizar, como organizarias, estructura de carpetas, folder structure, project structure, estructura del proyecto, directory structure, file structure, structure for, estructura para, should live, where should, donde deberia, donde pongo, donde va, where do i put, how to model, como modelar*, como modelo, modelarias, model the data, modelar, how would you model, how should i model, how to split, separation of, separarias, como separar*, separar la, boundaries, limites entre, modules and, module structure, estructuro, estructurar, estructurarias, organizar los repositorios, normaliz*, decouple, desacoplar, decoupl*',
  },
  plan_verb: {
    leans: { planning: 1.5 },
    words:
      'plan out, plan the, plan my, plan our, plan for, planning, planing, planif*, planear, planea, lay out, schedule, agenda, organize my, organise my, organizar el trabajo, organiza el trabajo, organizar mi, organizame, reparte*, repartir*, lo repartirias, assign*, asignar, think through, outline',
  },
  break_down: {
    leans: { planning: 1.6 },
    words:
      'break down, break this, break it, break the, breaking down, breakdown, work breakdown, split into tasks, split this into, split this feature, split this epic, split this story, divide, dividelo, dividir, desglos*, descompon*, subdivid*, decompos*, into tasks, into tickets, into smaller, into issues, into subtasks, into steps, into stories, en tareas, en subtareas, en tickets, en issues, en pasos, en historias, por fases, week by week, month by month, mes a mes, semana a semana, group them into milestones',
  },
  prioritise: {
    leans: { planning: 1.6 },
    words:
      'priorit*, prioriz*, moscow, rice, by priority, por prioridad, in order of, in which order, in what order, what order, which order, en que orden, que orden, orden me recomiendas, first second, primero segundo, fix first, do first, hacer primero, what should i do first, que hago primero, por donde empiezo, por donde empezar, por donde empezarias, where do i start, where to start, tackle, importan primero, ordenadas por, ordenado por valor, first and why',
  },
  estimate: {
    leans: { planning: 1.3 },
    words:
      'estimat*, estima, estimar, estimacion*, estimame, how long would, how long will, how much time, cuanto tiempo, cuanto tardar*, cuanto llevar*, cuanto costar*, llevaria hacer, story points, puntos de historia, in hours, en horas, person days, velocity, capacidad, points of capacity, man hours',
  },
  no_code_yet: {
    leans: { planning: 0.8, simple_generation: -1, complex_generation: -0.8 },
    words:
      'dont write code, dont write any code, do not write code, dont code, no code yet, no code, not code, without code, without writing code, before writing code, before writing any code, before touching, before coding, dont implement, no escribas codigo, no escribas el codigo, no escribas nada de codigo, sin escribir codigo, sin codigo, sin nada de codigo, no toques codigo, no toques el codigo, aun no, todavia no, antes de escribir, antes de programar, antes de tocar, antes de codificar, no implementes, sin implementar*, no implementation, just the contract, solo detalla, solamente detalla, dont write code yet, code yet',
  },
  how_to: {
    leans: { simple_generation: 1.2 },
    words:
      'how do i, how do you, how to, how can i, how can we, how could i, how would i, how should i do, is there a way, is it possible, whats the way, a way to, what command, whats the command, what is the command, como puedo, como hago, como se hace, como se puede, como haria, como podria, como lo hago, como crear, como convertir, como instalo, como instalar, como cambio, como cambiar, como usar, como uso, como ejecuto, como anado, como agrego, como pongo, como quito, como leer, como obtener, como obtengo, como recorrer, como recorro, como ordenar, como ordeno, como borro, como filtro, como saco, como centro, como paso, como concateno, como declaro, como defino, como configuro, como escribo, como elimino, se puede, hay alguna forma, hay alguna manera, hay forma, de que forma puedo, que comando, cual es el comando, can i, could i, what do i put, que pongo en, what should i put, what do i need to, what do i write, que tengo que poner, que hay que poner, como sustituyo, como saco el, como se llama la funcion, equivalent of, equivalente a, equivalente de, syntax for, sintaxis de, sintaxis para, example of how, un ejemplo de como, show me how, ensename como, muestrame como, dime como, tell me how to, need a line, como lo instalo, how would you write, como escribirias, como conecto, como conectar, como importo, como llamo, como declarar, como lanzo, como genero, como guardo, como leo, como envio, como subo, como configurar, como consigo, como hacer',
  },
  what_is: {
    leans: { general: 1.1 },
    words:
      'what is, what are, whats, what was, what does, what do, whats a, whats the meaning, meaning of, stands for, definition, define the term, que es, que son, que era, que significa, significado, que quiere decir, para que sirve, para que se usa, para que se utiliza, que diferencia, difference between, differences between, difference, diferencia entre, diferencias entre, diferencia, what happens when, que pasa cuando, que pasa si, how does, how do the, como funciona*, works under the hood, concept of, concepto, theory, when should i use, when to use, cuando se usa, cuando usar, cuando conviene',
  },
  which: {
    words:
      'which, cual, cuales, what kind, que tipo, que base de datos, que framework, que stack, que tecnologia*, what database, what framework, what stack, que patron, que arquitectura, que servicios',
  },
  who_when: {
    leans: { general: 1.6 },
    words:
      'who, whose, whom, quien, quienes, when did, when was, when were, cuando fue, cuando se creo, in what year, en que ano, what year, capital of, history of, historia de la, historia del, historia de los, historia de roma, historia de internet, famous, invented, invento, who won, gano, gana, cuanto es, cuantos, cuantas, how old, how are you, do you know, sabes',
  },
  opinion: {
    leans: { general: 1.2 },
    words:
      'what do you think, do you think, que opinas, que piensas, opinion, worth it, worth learning, merece la pena, vale la pena, should i learn, deberia aprender, do people, is it true, es verdad, consejos, advice, entrevistador, interviewer, curiosidad*, favorite movie, ideas, ideas for, name ideas, nombres para, ideas de nombre, no es asi, basically a, basicamente un, whats the point of, cual es la gracia, what is the point, laptop, portatil, teclado, best language to, mejor lenguaje, how should i phrase, como se lo digo, feedback to a, less arrogant, menos arrogante, less aggressive, mas amable, nicer, trabajo remoto, remote work, hiring, burnout, motivation, motivacion, why do people, por que la gente, obsolete, obsoleto, popularity, future of, futuro de, trends, tendencias, how did, como surgio, origen de, simple explanation, explicacion sencilla, present for, regalo, regala, bio for, recruiter, reclutador, famous, famosos, famosas, are you able, puedes leer, puedes abrir, politely, con educacion, quedar mal, burning bridges, conceptually, conceptual, conversation so far, conversacion, lo que hemos hablado, what we talked, interview questions, preguntas de entrevista, entrevista de, interview for, job interview, podcast, podcasts, book about, books about, good books, algun libro, libro de, libros de, recomiendas algun, recommend a book, recommend some, good practices, buenas practicas hay, nowadays, hoy en dia, vector database, learning resources, recursos para aprender, course about, curso de',
  },
  why: {
    leans: { verification: 0.6 },
    words:
      'why, por que, porque no, how come, whats the reason, what is the reason, a que se debe, cual es la causa, what could cause, what causes, cause, root cause, reason, que puede ser, que podria ser, any idea, any ideas, alguna idea',
  },
  chat: {
    leans: { general: 2 },
    words:
      'thanks, thank you, thx, gracias, hello, hey there, how are you, buenos dias, buenas tardes, good morning, que tal, perfect, perfecto, great, genial, go ahead, adelante, sounds good, continue, continua, sigue, joke, chiste, who are you, quien eres, what can you do, que puedes hacer, are you there, your context window, que version eres, do you speak, speak spanish, en que me puedes ayudar, that worked, ya funciona, ahora si funciona, lol, jaja',
  },
  persona: {
    words:
      'you are a, you are an, youre a, act as, acting as, behave as, imagine you are, pretend you are, as a senior, as an expert, eres un, eres una, actua como, actua como un, ahora actua como, comportate como, como experto, como experta, como ingeniero, como ingeniera, como arquitecto, como desarrollador, como scrum master, as a scrum master, as an engineer, as a product owner, como product owner, imagina que eres, tu rol es, your role is',
  },

  // What it is about.
  plan: {
    leans: { planning: 1.6 },
    words:
      'plan, plans, plan de, plan paso, roadmap*, road map, hoja de ruta, backlog*, milestone*, hito, hitos, timeline*, cronograma*, calendario, sprint*, phase, phases, fase, fases, next steps, proximos pasos, primeros pasos, siguientes pasos, pasos, steps to, steps you, steps i, steps would, checklist, lista de tareas, action items, todo list, to do list, mvp, deliverables, entregables, deadline*, rollout, learning path, study plan, ruta de aprendizaje, plan de estudio, kanban, gantt, iteraciones, iterations, rollback plan, project plan, implementation plan, plan de implementacion, plan de migracion, migration plan, release plan, spike, work items, next quarter, proximo sprint, que pasos, what steps, sequence of steps, safe sequence, faltan por hacer, pasos quedan, falta por hacer, path look like, what would the path, camino, checkpoints, puntos de control, sign off, visto bueno, slice, slices, trocea, trocealo, trocear, entregas, deliveries, demoable, sunset, jubilar, dates, fechas, comms, que habria que hacer, what would need to happen, what needs to happen, por etapas, etapas, stages, stage by stage, action plan, plan de accion, strategy for, estrategia para, go live, salida a produccion, launch plan, lanzamiento, weekly, semanal, quarterly, trimestral, okr, okrs, objetivos, goals, contingency, contingencia, runbook, onboarding plan, curriculum for learning, itinerary, itinerario, learning plan, plan de aprendizaje, plan de trabajo, work plan, planificacion, organizacion del trabajo, ordenarlo, ordenar mis, on my plate, encima, sort this out, each weekend, cada fin de semana, each evening, cada noche, every evening, exit criterion, exit criteria, budget, presupuest*, temario, curriculum, syllabus, sub issues, subissues, subtickets, sub tickets, edt, wbs, durations, duraciones, when itll be done, cuando estara, wants a date, quiere una fecha, remaining, work through, taking over, sequence for, from zero, parto de cero, success metrics, metricas de exito, kickoff, kick off, workshop agenda, without freezing, sin parar, unblock, could block, bloquear en cada, riskiest, whats next, what next, que toca, y ahora que, product brief, brief, first release, primera version, later releases, what comes later, personas, depends on, dependencias, dependencies, postmortem, actions came, action points, size and, divide months, repartir meses, repartir el tiempo',
  },
  story: {
    leans: { planning: 1.5 },
    words:
      'user story, user stories, historia de usuario, historias de usuario, historias, epic, epics, epica, epicas, acceptance criteria, criterios de aceptacion, definition of done, gherkin, product owner, scrum*, agile, requirements document, prd, project manager, use cases, done criteria, definicion de terminado, criterio de aceptacion, acceptance, user journey, invest, given when then, stakeholders',
  },
  this_story: {
    leans: { complex_generation: 0.8, planning: -0.8 },
    words:
      'primera historia, implementarla, implement it, lo definido en, this user story, esta historia, la historia, historia de usuario hu, implement user story, implementa la historia, implement the story, implementa el ticket, desarrolla la historia, implementar esta historia, siguiente historia de usuario, la historia de usuario, the user story, siguiente ticket, the ticket, el ticket',
  },
  task: {
    leans: { planning: 0.8 },
    words:
      'tasks, task list, tickets, subtasks, tareas, subtareas, tareas tecnicas, issues, github issues, jira, trello, asana, todo md, pendientes, pending work, trabajo pendiente, por hacer, responsables, owners',
  },
  time: {
    leans: { planning: 0.7 },
    words:
      'week*, weeks, month, months, quarter, days, semana, semanas, mes, meses, trimestre*, dias, hours, horas, friday, monday, viernes, lunes, deadline, plazo, plazos, fecha limite, per week, a la semana, team of, equipo de, somos tres, somos 3, two devs, developers, juniors, personas, hackathon, september, septiembre, january, enero, march, marzo, june, junio, december, diciembre, q1, q2, q3, q4, end of the month, fin de mes, next month, proximo mes, this week, esta semana, tomorrow, manana, vacation, vacaciones, per day, al dia, h hours, 48h, weekend, weekends, fines de semana, fin de semana, evenings, nights, sprints, a day, end of the year, final de ano',
  },
  architecture: {
    leans: { architecture: 1.8 },
    words:
      'architectur*, arquitectur*, arquitecto de software, system design, high level, alto nivel, infrastructur*, infraestructur*, topology, adr, components and, componentes y, bounded context*, domain model, modelo de dominio, aggregates, agregados, entidades y relaciones, deployment topology, tech stack, stack, technology stack, tecnologias usar, building blocks, data flow, flujo de datos, contract, event flow, redundancy, disaster recovery, fit together, encajan las partes, encajan las piezas, como encajan, own aggregate, propio agregado, aggregate, agregado, coupling, acoplamiento, cohesion, isolate, aislar, aislamiento, noisy, shared cluster, cluster, options are there, what are our options, what are my options, que opciones, opciones hay, opciones tenemos, approach should, which approach, que enfoque, sketch, esboza, esbozo, bosquejo, blueprint, component diagram, integration pattern, data residency, vpc, network, red privada, single point of failure, punto unico de fallo, long term, a largo plazo, hurt least, arquitecturas, entity, entidad, requirements which tables, que tablas, which tables, tables and columns, tablas y columnas, columns do i need, columnas necesito, state machine, maquina de estados, responsibilities, responsabilidades, protocols, protocolos, trade, consequences, consecuencias, shared read model, read model, read side, sync call, llamada sincrona, failure modes, setup assess, this design, este diseno, this setup, este montaje, lay out a, lay out the, backend for, un backend para, eav, jsonb, dynamic tables, tablas dinamicas, table look like, tables look like, serian las tablas, store the answers, como guardarias, how would you store, entidades y, atributos, attributes, deployables',
  },
  data_model: {
    leans: { architecture: 1.3 },
    words:
      'data model*, modelo de datos, modelo entidad, modelo relacional, database schema, db schema, schema for, schema to, schema of, esquema de base, esquema de datos, esquema para, er diagram, erd, entity relationship, entidad relacion, relationships between, relaciones entre, sus relaciones, proper relations, prisma schema, esquema de prisma, modelo de prisma, modelo en prisma, model in prisma, prisma model, domain entities, entities, entidades, tables and, partition key*, normalization, normalizacion, 3nf, 3fn, schema, esquema, modelar en base, modelo de la base de datos',
  },
  diagram: {
    leans: { architecture: 1.2 },
    words:
      'diagram*, mermaid, uml, c4, plantuml, class diagram, sequence diagram, diagrama de clases, diagrama de secuencia, flowchart, excalidraw',
  },
  pattern: {
    leans: { architecture: 0.9 },
    words:
      'design pattern*, patron de diseno, patrones de diseno, patron, which pattern, hexagonal, clean architecture, ddd, cqrs, event sourcing, event driven, orientada a eventos, orientado a eventos, microservi*, monolit*, monolith*, monorepo, polyrepo, multi tenant, multitenant, serverless, api gateway, gateway, bff, message broker, message queue, pub sub, pubsub, layers, capas, saga, orchestration, strategy pattern, single page, ssr, ssg, server side rendering, solid principles',
  },
  scale: {
    leans: { architecture: 1 },
    words:
      'scal*, escal*, concurrent users, usuarios concurrentes, millions of, millones de usuarios, requests per second, peticiones por segundo, high availability, alta disponibilidad, throughput, shard*, replica*, load balanc*, balanceador, caching strategy, estrategia de cache, cache invalidation, consistency, consistencia, fault toler*, users per, events per, events day, offline support, sync, regions, multi region, picos de',
  },
  store: {
    words:
      'database, databases, base de datos, bases de datos, postgres*, mysql, mongo*, sqlite, redis, memcached, dynamodb, cassandra, firebase, firestore, kafka, rabbit*, sqs, elasticsearch, clickhouse, s3, graphql, grpc, websocket*, rest or, or rest',
  },
  app: {
    leans: { complex_generation: 0.8 },
    words:
      'app, apps, application*, aplicacion*, web app, webapp, website, web site, sitio web, pagina web, platform, plataforma, system, sistema, sistema de, tool, herramienta, game, juego, videojuego, bot, chatbot, extension, plugin, plug in, clone, clon, cli, saas, landing, landing page, portal, dashboard, panel, panel de administracion, admin panel, marketplace, store, tienda, tienda online, ecommerce, e commerce, startup, compiler, compilador, interpreter, interprete, engine, simulator, simulador, crawler, scraper, emulator, server, servidor, project, proyecto, prototype, prototipo, microservice, theme, portfolio, blog, tetris, chess, ajedrez, snake, pong, todo app, kernel, library for, framework for, browser game, admin area, zona de administracion, web tool, herramienta web, package, paquete, library, libreria, biblioteca, sdk, wrapper for, simulator of, simulador de, virtual machine, maquina virtual, chat app, quiz, calculator app, newsletter, boletin, back office, backoffice, intranet, cms, crm, erp, pos, kanban board, tablero, social network, red social, forum, foro, booking, reservas, editor, viewer, visor, player, reproductor, scheduler, worker pool, daemon, service that, servicio que, program that, programa que, aplicacion que, app that, script that does, windows service, servicio de windows, whiteboard, pizarra, timer, temporizador, recipe manager, manager, gestor, gestor de, kanban, raytracer, playbook, role ansible, rol de ansible, wizard app, management system, sistema de gestion, console menu, menu de consola, markdown editor',
  },
  feature: {
    leans: { complex_generation: 0.7 },
    words:
      'feature, features, funcionalidad*, module, modulo, modulos, backend, back end, frontend, front end, crud, rest api, api rest, api, apis, endpoints, authentication, autenticacion, authorization, auth, login, jwt, oauth, sign up, signup, registration, roles, permissions, notifications, notificaciones, checkout, carrito, cart, payments, pagos, form, formulario, forms, search, file upload, subida de archivos, pagination, paginacion, filters, filtros, i18n, multi language, multiidioma, charts, graficas, sidebar, navbar, wizard, dark mode, internationalization, view, views, vistas, pantalla, screens, pages, page, teams, equipos, invite, invites, invitar, owner, admin, member, miembro, miembros, campaigns, preview, vista previa, scheduling, programacion de envios, stats, import from, importacion, export, share button, undo, deshacer, daily, switch team, header switch, the db part, the api and, parte de bd, interfaz, ui, user interface, upload, uploads, subida, comments, likes, ratings, reviews system, chat, profile, perfil, settings, ajustes, permissions page',
  },
  parts: {
    leans: { complex_generation: 0.9 },
    words:
      'controller, controllers, controlador*, services, servicios, repository, repositories, repositorio*, routes, rutas, middleware*, models, modelos, migrations, migraciones, dto, dtos, docker compose, docker, swagger, persistence, persistencia, error handling, manejo de errores, validations, validaciones, unit tests and, ci cd, pipeline, terraform, helm, kubernetes, websockets, queue, interfaz grafica, gui, levels, niveles, high scores, puntuaciones, inventory, settings page, subcommands, exportacion, export to, and export, estadisticas, statistics, casos de uso, multiplayer',
  },
  whole: {
    leans: { complex_generation: 1.2 },
    words:
      'complete, completa, completo, completely, full, fully, entire, entera, entero, whole, full stack, fullstack, full implementation, from scratch, desde cero, end to end, punta a punta, all the files, todos los ficheros, todos los archivos, all the code, todo el codigo, does the following, haga lo siguiente, hace lo siguiente, all the files, code files, necessary files, list view, detail view, states, estados de carga, drag and drop, todo el proyecto, both client and, front y back, back y front, backend y frontend, frontend y backend, backend and frontend, frontend and backend, frontend and the backend, production ready, with all the, con todas las, implementacion completa, complete implementation, whole project, several modules, varios modulos, across the entire, a toda la, web tool, de cero, in one html file, un solo fichero html, one html file, go ahead and build, as a whole, todo lo necesario, everything needed, including the, incluyendo',
  },
  class: {
    leans: { complex_generation: 0.5 },
    words:
      'class, clase, class with, clase con, with methods, con metodos, these methods, following methods, metodos para, methods, interdependent, full class, clase completa, thread safe, thread safety',
  },
  function: {
    leans: { simple_generation: 1.3 },
    words:
      'function, functions, funcion, funciones, method, metodo, snippet*, helper, hook, one liner, oneliner, one line, lambda, arrow function, decorator, utility function, subroutine, getter, setter, small script, script, list comprehension, macro, trait, procedure, procedimiento',
  },
  command: {
    leans: { simple_generation: 1.3 },
    words:
      'commit inicial, comit inicial, command, comando, comandos, regex, regexp, regular expression, expresion regular, query, queries, consulta, consulta sql, sql statement, sql query, cron expression, cron, dockerfile, awk, sed, grep, bash, shell, powershell, terminal command, git command, initial commit, formula, excel formula, xpath, jq, curl, gitignore, npm script, makefile, github action, nginx config, crontab, alias, vim, emacs, tmux, prettierrc, eslintrc, tsconfig, package json, gitconfig, ssh config, env file, systemd unit, docker run, docker command, kubectl, linea de, one line that, powershell line, line that lists, excel, vlookup, buscarv, google sheets, sed command, rsync, scp, chmod, htaccess, procfile, pyproject, requirements txt, query param, sql server, stored procedure, trigger sql',
  },
  ui_unit: {
    leans: { simple_generation: 0.8 },
    words:
      'button, boton, div, css, class name, color, colour, font, padding, margin, flexbox, center a, centrar, spinner, tooltip, icon, icono, modal, input, label, column, columna, field, campo, header, footer, menu, component, componente, avatar, checkbox, dropdown, placeholder, link, image, imagen, bold, negrita, tailwind, style, estilo, responsive',
  },
  code_unit: {
    leans: { simple_generation: 0.7 },
    words:
      'variable, loop, bucle, for loop, array, arrays, string, cadena, list of, lista de, dict, dictionary, diccionario*, object, objeto, json, csv, xml, yaml, interface, interfaz de, enum, type, types, tipos, import, imports, docstring*, javadoc, comment, comments, comentarios, parameter, parametro, constant, constante, date, fecha, timestamp, integer, float, number, numero, substring, promise, async await, async, tuple, tupla, set of, map, row, rows, fila, filas, line, linea, uuid, vocales, duplicates, duplicados, even numbers, primes, palindrome, palindromo, fibonacci, factorial, sorted, ordenar, reverse, invertir',
  },
  test: {
    leans: { verification: 1.5 },
    words:
      'test, tests, testing, testeemos, bateria de test, suites de test, suite of unit tests, test files, tests files, files test, test plan md, tested, testea*, testear, unit test*, unit testing, integration test*, e2e, end to end test*, regression test*, test suite, suite de tests, suite de pruebas, bateria de tests, bateria de pruebas, test cases, test case, casos de prueba, casos de test, edge cases, casos limite, coverage, cobertura, jest, pytest, junit, vitest, mocha, cypress, playwright, selenium, mock, mocks, mockea*, mocking, pruebas, pruebas unitarias, prueba unitaria, tests unitarios, test unitario, test unitarios, pruebas de integracion, tdd, test plan, plan de pruebas, qa, assertion*, snapshot tests, supertest, testing library, arrange act assert, aaa, stub*, fixtures, property based, fast check, hypothesis, load test, load tests, stress test, smoke test, fuzz*, testcontainers, cucumber, rspec, phpunit, xunit, nunit, robot framework, storybook tests, spec file, specs, spy, spies, happy path, caso feliz, casos borde, casos de borde, corner cases, boundary, how would you test, como probarias, como se prueba, can this be tested, show me the test, ensename el test, invalid input, entradas invalidas',
  },
  error: {
    leans: { verification: 1.5 },
    words:
      'error, errors, errores, exception, exceptions, excepcion, excepciones, bug, bugs, crash*, traceback, stack trace, stacktrace, traza, segfault, segmentation fault, panic, fail, fails, failed, failing, failure, falla, fallan, fallo, fallos, fallando, wrong, mal, broken, breaks, roto, rota, warning, warnings, typeerror, nullpointerexception, referenceerror, cors, timeout, time out, deadlock, memory leak, fuga de memoria, race condition, hangs, freezes, infinite loop, bucle infinito, se cuelga, colgado, peta, casca, revienta, complains, se queja, exit code, exits, exited, oom, killed, 500, 401, 403, 404, 502, econnrefused, enoent, npm err, problema, problem, trouble, caida, incidencia, pantalla en blanco, blank, mistake, mistakes, flaw, flaws, corrupt*, se quejan, could not, falla con, fails with, fails at, failed to, falla en, duplicate class, build fails, execution failed, is wrong, esta mal, answers twice, responds twice, fatal, insecure, inseguro, salio mal, sale negro, black on black, modulenotfounderror, syntaxerror, valueerror, importerror, indexerror, keyerror, attributeerror, runtimeerror, unhandled, uncaught, illegal, invalid, unexpected token, cannot read, access violation, stack overflow, heap, abort, aborted, core dumped, exit status, status code',
  },
  not_working: {
    leans: { verification: 2 },
    words:
      'doesnt work, does not work, not working, isnt working, dont work, stopped working, no funciona, no me funciona, no funcionan, sin funcionar, no va, no me va, no anda, no arranca, no compila, no carga, no se actualiza, no llega, no llegan, no aparece, no hace nada, does nothing, do nothing, wont compile, wont start, wont build, doesnt start, doesnt compile, cant connect, no puedo, unable to, cannot, keeps, keep getting, keeps crashing, still, sigue sin, sigue dando, sigue fallando, getting this, getting an, i get, im getting, me sale, me da, me devuelve, me dice, no entiendo por que, no se por que, i cant figure, cant figure out, what am i doing wrong, que estoy haciendo mal, whats wrong, what is wrong, que esta mal, instead of, en vez de, doesnt return, doesnt update, returns undefined, it returns, returns null, devuelve null, it says, says, after upgrading, after updating, after merging, desde que, he actualizado, he cambiado, worked fine, used to work, antes funcionaba, should return, deberia devolver, unexpected, only happens, pass locally, works locally, pasa en local, se rompe, no coincide, no responde, overflow*, duplicated rows, se borra, se renderiza, too slow, tarda*',
  },
  symptom: {
    leans: { verification: 1.2 },
    words:
      'stopped, stops, no longer, dejo de, ha dejado de, gets stuck, got stuck, stuck, growing, grows, crece, loses, pierde, se pierde, comes empty, always empty, is empty, llega vacio, viene vacio, siempre vacio, vacio, empty body, ive tried, i tried, i have tried, ya probe, he probado, probe con, made no difference, no difference, y nada, nothing changed, no hemos tocado, no he tocado, nothing happens, no pasa nada, where do i look, donde miro, works in, works fine, funciona bien en, va perfecto, va bien, since then, desde entonces, since this morning, esta manana, this morning, no errors in, in the log, in the logs, en el log, en los logs, los logs, the logs, logcat, see log, log below, te pego los logs, staring at this, llevo horas, llevo dos horas, llevo todo el dia, hours with this, different totals, dont match, doesnt match, no cuadra, no cuadran, not the same, misusing, restarted, reinicie, reinicio, se reinicia, restarts, breaks when, only in production, solo en produccion, randomly, intermittent*, aleatori*, a veces, sometimes, never arrives, times out, timing out, out of memory, high cpu, goes wrong, went wrong, que pasa con, whats going on, what is going on, que esta pasando, que ocurre, blow up, terrible, main problems, principales problemas, anything that could, cualquier cosa que pueda, could break, pueda romper, que me dejo, fresh eyes, ojos frescos, regress*, something is off, something off, hay algo raro, algo raro, raro, weird, weirdly, strange, extrano, fishy, suspicious, smells, huela mal, huele mal, every time, even if, even though, aunque, cada vez que, siempre que, for no reason, sin motivo, all i did, lo unico que hice, all of a sudden, suddenly, de repente, previous day, dia anterior, one day off, wants to destroy, quiere destruir, before i merge, antes de hacer merge, antes de mergear, antes de subirlo, deviate*, nos desviamos, desviamos, comprobaciones, twice instead, dos veces, duplicates appear, se duplican, duplicated, duplicado, missing from, shows the wrong, shows up wrong, muestra mal, sale mal, salen mal, comes back as, llega como, nan, null, infinite, loops forever, never finishes, nunca termina, never ends, hanging, frozen, bloqueado, se bloquea, se queda, gets killed, rebuilds everything, recompila, drops the connection, disconnects, se desconecta, se cae, caido, down, crashing, lost, perdido, ignored, se ignora, not being, no se esta, isnt being, arent being, is not, isnt, no sale, no salen, no muestra, no guarda, no encuentra, no reconoce, no detecta, not recognized, not found, not showing, not updating, not loading, not saved, no se guarda, no se ve, no se ven, no veo, i cant see, i dont see, cant see, cannot find, no such file, permission denied, access denied, rechaza, rejected, refused, expected, se esperaba, actual, got, mismatch, conflict, conflicto, merge conflict, conflictos, what now, que hago ahora, y ahora, find out where, averigua donde, averigua por que, i miss, did i miss, did i forget, me falta, me falta alguno, falta alguno, se me escapa, says its, dice que es, refusing, works but, funciona pero, eso que, pese a',
  },
  only_this: {
    leans: { simple_generation: 1.2 },
    words:
      'only change, only want, just change, just want you to change, solo cambia, solo quiero que cambies, solo quiero cambiar, unicamente cambia, leave everything else, leave the rest, el resto dejalo, dejalo igual, deja el resto, rather than, en lugar de, cleanest way, shortest way, easiest way, simplest way, best way to write, quickest way, forma mas corta, forma mas sencilla, forma mas limpia, manera mas facil, lo mas sencillo, i have an array, i have an object, i have a list, i have a dataframe, i have a string, i have a table, i have a json, tengo un array, tengo una lista, tengo un dataframe, tengo un string, tengo una cadena, tengo un json, dataframe, i forgot, se me olvidaba, olvide, end up with, acabar con, basic steps, pasos basicos, the ids of, give me the commands, dime los comandos, success message, mensaje de exito, in this snippet, in the file below, en el fichero de abajo, this line, esta linea, exclude, ignore',
  },
  who_does_what: {
    leans: { planning: 1.5 },
    words:
      'who does what, quien hace que, quien se encarga, que haria cada uno, what each of us, each of us, cada uno, in what sequence, what sequence, not asking for code, i dont need code, i dont want code, no quiero codigo, no necesito codigo, what you are going to do, what youre going to do, lo que vas a hacer, que vas a hacer, como lo vas a hacer, wait for my approval, antes de hacerlo, antes de empezar, before we start, before starting, file by file, how we know, run late, running late, si no llegamos, we drop, sacrificamos, dejar para despues, dependencies between, blocks it, attack, atacar, atacamos, ready to paste in jira, definition of the user story, definicion de la hu, definicion de una hu, una hu, phased approach, phased, each phase, cada fase, each stage, que fases, what phases, cada semana, each week, per role, por rol, para cada rol, crea las tareas, create the tasks, create tasks, las tareas tecnicas, technical tasks, que quedan, whats left, left to do, tareas que se derivan, se derivan, alcance, scope',
  },
  parts_that_talk: {
    leans: { architecture: 1.5 },
    words:
      'which pieces, what pieces, pieces would you, que piezas, piezas usarias, piezas pondrias, con que piezas, which parts, what parts there are, how they interact, how do they talk, talk to each other, se hablarian, se comunicarian, se comunican, how would you approach, how would you handle, como gestionarias, como lo harias, como lo resolverias, how would you design, how would you architect, option a, opcion a, dudando entre, estoy dudando, torn between, one table per, single table, una tabla por, over engineered, sobreingenieria, reasoning behind, justifica, justify, que evitarias, would you avoid, would you merge, juntarias, good way to design, consistent approach, enfoque, primary and foreign keys, foreign keys, claves foraneas, indexes and, indices y, constraints, with these fields, estos campos, siguientes campos, los campos de abajo, candidate model, modelo candidato, a model with, un modelo con, tables for, tables, tablas, key generation, partition, storage, front door, edge, cdn, usual designs, disenos habituales, que disenos, what designs, products would you, que productos, gcp products, aws services, azure services, sub resource, subrecurso, common approach, best design, mejor diseno, database design, diseno de base de datos, best database, mejor base de datos, design for, right products',
  },
  security: {
    leans: { verification: 1 },
    words:
      'vulnerab*, sql injection, inyeccion, xss, csrf, security, seguridad, secure, seguro, safe, exploit, owasp, gdpr, comply, compliance, accessibility audit, unsafe',
  },
  performance: {
    leans: { verification: 0.7 },
    words:
      'slow, lento, lenta, performance, rendimiento, bottleneck, cuello de botella, optimiz*, optimis*, leak, leaks, fuga, profil*, latency, explain analyze, lighthouse, takes seconds, cpu, faster, mas rapido, takes forever, takes ages, tarda una eternidad, tarda muchisimo, eternidad, too long, slow down, optimize this, optimizar esto, more efficient, mas eficiente',
  },
  this_code: {
    leans: { verification: 0.2 },
    words:
      'this code, este codigo, the code, el codigo, my code, mi codigo, this pr, this pull request, pull request, pr diff, diff, this diff, este diff, this function, esta funcion, this method, este metodo, this snippet, this class, esta clase, this component, implementation, implementacion, the implementation, la implementacion, this implementation, following code, siguiente codigo, commit, this query, esta consulta, this file, este fichero, este archivo',
  },
  writing: {
    leans: { general: 1.8 },
    words:
      'letter, carta, message to, mensaje para, mensaje al, poem, poema, story about, short story, cuento, essay, ensayo, article, articulo, blog post, tweet, linkedin, publicacion, paragraph, parrafo, speech, discurso, announcement, anuncio, newsletter, slogan, eslogan, talk, charla, guion, memoria, report for, project report, opening sentence, readme, changelog, release notes, pr description, job description, commit message, lyrics, song, cancion, caption, headline, biography, bio, cover letter, curriculum, markdown document, documento markdown, recipe, receta, movie, book, hashtags, review of the movie, about page, description of the repository, descripcion del repositorio, birthday, vacation, dia libre, day off, thank you note, note to my, blog post about, linkedin post, instagram post, short text, write an email, email to, escribe un correo, escribirle, un correo a, mensaje de bienvenida, catchy sentence, welcome message, farewell, despedida, condolences, felicitacion, speech for, wedding, boda, report about, informe sobre, press release, nota de prensa, product description, descripcion del producto, documentation page, user guide, guia de usuario, manual de usuario, faq, landing copy, copy for, abstract, thesis, tesis, tfg, conclusion*, introduction, introduccion',
  },
  discuss: {
    leans: { general: 0.7 },
    words:
      'discuss*, describe, describes, describing, insights, principles, principios, significance, importancia, impact of, impacto, effects of, efectos de, culture, cultura*, society, sociedad, econom*, philosoph*, filosof*, politic*, religio*, ethic*, etic*, literature, literatura, music, musica, health, salud, travel, viaje*, food, comida, sports, deporte*, persuasive essay, lesson, norms, examples of, ejemplos de, habla de, talk about',
  },
  mail: {
    words:
      'email, emails, e mail, correo, correos, post, posts, customer, customers, cliente, clientes, text, texto, word, words, palabra, palabras, title, titulo, note, notes, nota, notas, resume, friend, amigo, boss, jefe, colleague, companero, frase, frases, sentence, sentences, presentation, presentacion, message, messages, mensaje, mensajes',
  },
  creative: {
    leans: { general: 1.2 },
    words:
      'picture yourself, imagine yourself, pretend yourself, embrace the role, assume the role, take on the role, role of, in the style of, al estilo de, creativ*, imagina*, imagine, roleplay, pretend, fiction, novel, character, funny, catchy, poetic, persuasive',
  },
  reasoning: {
    words:
      'vertices, area of, overtaken, position, probability of, value of, each day, per day, per hour, twice, half, times as many, riddle, puzzle, logic, odd one out, equals, solve the, find the value, prove, proof, demuestra, probability, probabilidad, calculate, calcula*, compute, derive, equation, ecuacion, theorem, integral, derivative, how many, how much, cuantos, cuanto, algorithm, algoritmo, complexity, complejidad, solve for, sum of, product of, percent, porcentaje, ratio, average, total, remainder, maximum, minimum, step by step, paso a paso, physics, chemistry, molecule, triangle, polynomial, moral, statute, plaintiff, defendant, court, contract law, suppose, assume, given that, if and only',
  },
  tech: {
    words:
      'python, javascript, js, typescript, ts, java, kotlin, swift, rust, golang, go, php, ruby, c, cpp, csharp, react, vue, angular, svelte, next, nextjs, node, nodejs, express, nestjs, django, flask, fastapi, laravel, spring, spring boot, rails, flutter, react native, prisma, pandas, numpy, html, sql, git, aws, azure, gcp, linux, webpack, vite, npm, pip, wordpress, unity, godot, pygame, excel',
  },
} as const satisfies Record<string, Concept>;

export type ConceptName = keyof typeof lexicon;
