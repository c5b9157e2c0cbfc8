import fs from 'node:fs'
import { chatCompletions as cc } from '/work/main/plugins/format-chat-completions/src/index.ts'
const dir='/work/shared/recordings/chat/'
const head={method:'POST',path:'',query:{},params:{},headers:{}}
function diff(a:any,b:any,p=''):string[]{ if(JSON.stringify(a)===JSON.stringify(b))return[]; if(a&&b&&typeof a==='object'&&typeof b==='object'&&Array.isArray(a)===Array.isArray(b)){const ks=new Set([...Object.keys(a),...Object.keys(b)]);return [...ks].flatMap(k=>diff(a[k],b[k],p+'.'+(/^\d+$/.test(k)?'#':k)))} return [`${p}: ${JSON.stringify(a)?.slice(0,80)} -> ${JSON.stringify(b)?.slice(0,80)}`]}
const c:Record<string,{n:number,ex:string}>={}
for(const f of fs.readdirSync(dir)){const r=JSON.parse(fs.readFileSync(dir+f,'utf8'));const body=r.request?.body;if(!body||typeof body!=='object')continue
 const b={model:'m',...body}
 try{const q=cc.request.decode(b,head);const e=cc.request.encode(q,{provider:'p',model:b.model});if(e.gaps.length)console.log('GAP',f,e.gaps)
  for(const d of diff(b,JSON.parse(JSON.stringify(e.body)))){const k=d.replace(/: .*/s,'')+' '+(d.includes(': null ->')?'null':d.includes('-> undefined')?'lost':d.includes(': undefined')?'added':'');(c[k]??={n:0,ex:f+' '+d}).n++}
 }catch(e:any){console.log('ERR',f,e.message)}}
for(const k of Object.keys(c).sort())console.log(c[k].n,c[k].ex)
