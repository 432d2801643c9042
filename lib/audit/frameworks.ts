import type { LineType } from './types.ts';

/** The controls that each type of line is evidence for. */
export const FRAMEWORKS: Readonly<Record<LineType, readonly string[]>> = {
  start: [],
  stop: [],
  redaction: [
    'SOC2-CC7.2',
    'SOC2-CC9.2',
    'OWASP-LLM-02',
    'OWASP-LLM-06',
    'EU-AI-Act-Art-12',
    'EU-AI-Act-Art-13',
    'MITRE-ATLAS-T0048',
    'NIST-800-53-AC-4',
  ],
  detokenization: ['SOC2-CC7.2', 'OWASP-LLM-02'],
  refusal: [],
  killswitch: ['SOC2-CC7.3', 'EU-AI-Act-Art-15'],
  policy_change: ['SOC2-CC8.1'],
  tunnel: [],
  manifest: ['SOC2-CC4.1', 'EU-AI-Act-Art-12'],
  verify_install: ['SOC2-CC4.2'],
  key: [],
  rotation: [],
  recovered: [],
  heartbeat: [],
  checkpoint: [],
};
