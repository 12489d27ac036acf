/** The thread in which `exportOrg` writes a document. */
import { parentPort, workerData } from 'node:worker_threads';
import { writeOrgDocument } from './writeOrgDocument.ts';

parentPort?.postMessage(writeOrgDocument(workerData));
