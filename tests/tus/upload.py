"""An unmodified tuspy uploads a file to a URL that the county gave, through a link that is cut once.

python upload.py URL FILE; the county's CA comes by REQUESTS_CA_BUNDLE.
"""

import sys

from tusclient.client import TusClient

url, path = sys.argv[1:]
client = TusClient(url.rsplit("/", 1)[0])
uploader = client.uploader(path, url=url, chunk_size=256 * 1024, retries=4, retry_delay=1)
uploader.upload()
print("uploaded")
