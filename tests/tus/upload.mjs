// An unmodified tus-js-client uploads a file to a URL that the county gave, through a link that is cut once.
// node upload.mjs URL FILE; the county's CA comes by NODE_EXTRA_CA_CERTS.
import { readFileSync } from 'node:fs';
import { Upload } from 'tus-js-client';

const [url, file] = process.argv.slice(2);
await new Promise((done, failed) => {
  const upload = new Upload(readFileSync(file), {
    uploadUrl: url,
    retryDelays: [100, 500, 1000, 2000],
    onError: failed,
    onSuccess: done,
  });
  upload.start();
});
console.log('uploaded');
