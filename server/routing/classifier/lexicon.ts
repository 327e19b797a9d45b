/** What developers write when they want each kind of work, in English and Spanish. One pattern is one piece of evidence. */

/** `generation` becomes simple or complex by difficulty. The order breaks ties. */
export const lexicon = {
  verification: [
    /\b(?:review|audit|verify|check|validate|lint|critique)\b/i,
    /\b(?:revis[ae]\w*|audit[ae]\w*|verific\w+|compr(?:ueb|ob)\w+|valid[ae]\w*)\b/i,
    /\b(?:fix|debug|bugs?|broken|fails?|failing|crash\w*|wrong|why (?:is|does|do|am|isn't|doesn't))\b/i,
    /\b(?:arregl\w+|corrig\w+|corregi\w+|depur\w+|errores|fall[ao]\w*|no funciona|por qué)\b/i,
    /\b(?:(?:unit|integration|e2e|regression) )?tests?\b|\bcoverage\b/i,
    /\b(?:pruebas?|tests? unitari\w+|cobertura)\b/i,
    /\b(?:exception|traceback|stack trace|segfault|\w+Error:|excepción|traza)\b/,
  ],
  planning: [
    /\bplan(?:s|ning)?\b/i,
    /\b(?:plan(?:es|ific\w+)|hoja de ruta|cronograma)\b/i,
    /\b(?:road ?map|backlog|milestones?|user stor(?:y|ies)|epics?|sprints?|break (?:it |this )?down|steps? to)\b/i,
    /\b(?:historias? de usuario|épicas?|hitos?|pasos? para|desglos\w+|prioriz\w+)\b/i,
    /\b(?:prioriti[sz]e|estimate|schedule|timeline)\b/i,
  ],
  architecture: [
    /\b(?:architect\w*|system design|design (?:a|an|the|our)\b|data ?model|schema)\b/i,
    /\b(?:arquitectura\w*|diseñ[aeo]\w*|modelo de datos|esquema)\b/i,
    /\b(?:which (?:stack|database|framework)|trade-?offs?|microservices?|event[- ]driven|scalab\w+)\b/i,
    /\b(?:qué (?:base de datos|framework|stack)|ventajas y desventajas|microservicios?|escalab\w+)\b/i,
  ],
  generation: [
    /\b(?:write|create|implement|build|generate|add|make|code|refactor|convert|port|rename)\b/i,
    /\b(?:escrib\w+|cre[ao]\w*|implement\w+|constru\w+|gener[ae]\w*|añad\w+|agreg\w+|haz|refactori\w+|conviert\w+|convert\w+)\b/i,
    /\b(?:function|method|class|component|script|endpoint|regex|query|snippet|cli|app|page)\b/i,
    /\b(?:función|método|clase|componente|expresión regular|consulta|aplicación|página)\b/i,
  ],
  general: [
    /\b(?:what (?:is|are)|who|when did|explain|summari[sz]e|translate|difference between|tell me)\b/i,
    /(?:^|[^\p{L}])(?:qué (?:es|son)|quién|cuándo|explica\w*|resum\w+|traduc\w+|diferencia entre|cuéntame)/iu,
  ],
} as const satisfies Record<string, readonly RegExp[]>;

/** How much one piece of evidence says: `write` and `app` stand in prompts of every kind, `roadmap` in one. */
export const weights: Readonly<Record<keyof typeof lexicon, number>> = {
  verification: 1.2,
  planning: 1.6,
  architecture: 1.4,
  generation: 0.7,
  general: 1,
};
