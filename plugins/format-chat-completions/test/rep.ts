import fs from 'node:fs'
import OpenAI from 'openai'
import { chatCompletions as cc } from '/work/main/plugins/format-chat-completions/src/index.ts'
import { assertGrammar, fold } from '@isthmus/core'
const dir='/work/shared/recordings/chat/'
export function diff(a:any,b:any,p=''):string[]{ if(JSON.stringify(a)===JSON.stringify(b))return[]; if(a&&b&&typeof a==='object'&&typeof b==='object'&&Array.isArray(a)===Array.isArray(b)){const ks=new Set([...Object.keys(a),...Object.keys(b)]);return [...ks].flatMap(k=>diff(a[k],b[k],p+'.'+(/^\d+$/.test(k)?'#':k)))} return [`${p}: ${JSON.stringify(a)?.slice(0,120)} -> ${JSON.stringify(b)?.slice(0,120)}`]}
const c:Record<string,{n:number,ex:string}>={}
const sdk=async(text:string)=>{const client=new OpenAI({apiKey:'x',baseURL:'http://x/v1',maxRetries:0,fetch:async()=>new Response(text,{headers:{'content-type':'text/event-stream'}})});
 const s=client.chat.completions.stream({model:'m',messages:[{role:'user',content:'x'}]});s.on('error',()=>{});return JSON.parse(JSON.stringify(await s.finalChatCompletion()))}
const want=process.argv[2]
for(const f of fs.readdirSync(dir)){const r=JSON.parse(fs.readFileSync(dir+f,'utf8'));if(r.response.status>=400)continue
 if(want&&!f.includes(want))continue
 const kind=r.response.kind;const text=kind==='json'?JSON.stringify(r.response.body):r.response.body
 const d=cc.response.decoder({status:200,headers:{'content-type':kind==='json'?'application/json':'text/event-stream'}},{provider:r.provider,model:r.model??'m'},undefined)
 const ev=[...d.push(Buffer.from(text)),...d.end()]
 try{assertGrammar(ev)}catch(e:any){console.log('GRAMMAR',f,e.message);continue}
 const err=ev.find(e=>e.type==='error'); if(err){console.log('ERROR',f,(err as any).error.message,(err as any).error.kind);continue}
 for(const e of ev)if(e.type==='notice')console.log('NOTICE',f,JSON.stringify(e.gap))
 const opts={id:'gw',created:1,model:'m',includeUsage:true,dialect:['reasoning','reasoning_content']}
 try{
 let a:any,b:any
 if(kind==='json'){a=r.response.body;b=JSON.parse(JSON.stringify(cc.response.encode(fold(ev),opts)))}
 else{const enc=cc.response.encoder(opts);const out=enc.push(ev)+enc.end(); if(want)console.log(out)
  try{a=await sdk(text)}catch(e:any){console.log('SDK-A',f,e.message);continue} b=await sdk(out)}
 for(const x of diff(a,b)){const k=kind+x.replace(/: .*/s,'')+' '+(x.includes(': null ->')?'null':x.includes('-> undefined')?'lost':x.includes(': undefined')?'added':'');(c[k]??={n:0,ex:f+' '+x}).n++}
 }catch(e:any){console.log('ERR',f,e.stack)}}
for(const k of Object.keys(c).sort())console.log(c[k].n,k.slice(0,5),c[k].ex)
