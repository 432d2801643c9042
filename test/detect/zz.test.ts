import { test } from 'vitest';
import fs from 'node:fs';import path from 'node:path';
import { compileScanner } from '../../lib/detect/scanner.ts';
import { createExactMatcher } from '../../lib/detect/exact.ts';
import { PATTERNS } from '../../lib/detect/patterns.ts';
test('x', () => {
const out:string[]=[];let total=0;
function walk(d:string){for(const e of fs.readdirSync(d,{withFileTypes:true})){if(total>1.95e6)return;const p=path.join(d,e.name);if(e.isDirectory())walk(p);else if(/\.(ts|js|mjs|md|json)$/.test(e.name)){let s=fs.readFileSync(p,'utf8').slice(0,20000);s=JSON.stringify(s.split('\n').map((l,i)=>i%3?l:`${String(i).padStart(6)}→${l}`).join('\n'));out.push(s);total+=s.length;}}}
for(const d of ['node_modules/commander','node_modules/chokidar','node_modules/vitest','node_modules/undici-types','node_modules/yaml','node_modules/node-forge','node_modules/typescript'])walk(d);
const plain=Buffer.from('['+out.join(',')+']');
for(let i=0;i<10;i++){out.splice(Math.floor(Math.random()*out.length),0,JSON.stringify(PATTERNS[i*4].example(Math.random)));}
const sec=Buffer.from('['+out.join(',')+']');
const c0=process.cpuUsage();let t0=performance.now();
const s=compileScanner({patterns:[],allow:[],disable:[]});
const c1=process.cpuUsage(c0);console.log('compile',performance.now()-t0,'cpu ms',(c1.user+c1.system)/1000);
const med=(f:()=>void)=>{const ts:number[]=[];for(let i=0;i<25;i++){const t=performance.now();f();ts.push(performance.now()-t);}ts.sort((a,b)=>a-b);return [ts[2].toFixed(3),ts[12].toFixed(3)];};
console.log('MB',plain.length,'copy',med(()=>Buffer.from(plain)));
console.log('plain',med(()=>s.scan({bytes:plain})), 'secrets',med(()=>s.scan({bytes:sec,depthAt:()=>1})), s.scan({bytes:sec}).spans.map(x=>x.type).join(), s.scan({bytes:sec}).hazard, s.scan({bytes:sec}).marks.length);
console.log('keyseen',med(()=>s.scan({bytes:plain,privateKeySeen:true})), s.scan({bytes:plain,privateKeySeen:true}).spans.length);
const m=createExactMatcher();for(let i=0;i<100;i++)m.add('a'+i,Buffer.from(PATTERNS[i%30].example(Math.random)));
console.log('exact 100',med(()=>m.find(plain)));
for(let i=0;i<9900;i++)m.add('b'+i,Buffer.from(PATTERNS[i%30].example(Math.random)));
console.log('exact 10000',med(()=>m.find(plain)),m.find(plain).length);
const n=1<<20;
for(const f of ['eyJ-','eyJaaaaaaaaaa-','-----BEGIN RSA PRIVATE KEY-----','-----BEGIN RSA PRIVATE KEY-----\n','-----END RSA PRIVATE KEY-----','AKIA','ghp_','M-','-','a','<pl:','\\','\\/','\\u003cpl:','sk-ant-api03-','https://a:b','bearer ','secret_access_key=','PuTTY-User-Key-File-Private-Lines: 3','Private-Lines: 3\n','A3-','s.','1:A','-----BEGIN RSA PRIVATE KEY-----'+'A'.repeat(64)+'\n','A'.repeat(64)+'\n','\\u0061','-----BEGIN CERTIFICATE-----\n'+'A'.repeat(64)+'\n']){const b=Buffer.from(f.repeat(Math.ceil(n/f.length)));const r=med1(()=>s.scan({bytes:b,depthAt:()=>1}));console.log(JSON.stringify(f.slice(0,40)),r);}
function med1(f:()=>void){const ts:number[]=[];for(let i=0;i<4;i++){const t=performance.now();f();ts.push(performance.now()-t);}ts.sort((a,b)=>a-b);return (ts[0]*1e6/n).toFixed(1)+' ns/B';}
});
