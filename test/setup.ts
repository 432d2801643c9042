import fc from 'fast-check';

/**
 * Property tests draw the same cases in every run of the suite, so that a failure belongs to the
 * change that caused it. WATERWALL_SEED=random draws new ones.
 */
const seed = process.env['WATERWALL_SEED'];
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed ?? 20_261_123) });
