/**
 * The tests run in a browser of 2021: these came later (AbortSignal.any to Safari with 17.4, in March 2024).
 */
const signals: {any?: unknown; timeout?: unknown; prototype: {throwIfAborted?: unknown}} = AbortSignal;
delete signals.any;
delete signals.timeout;
delete signals.prototype.throwIfAborted;
