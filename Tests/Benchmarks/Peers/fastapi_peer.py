"""The same routes on FastAPI, served by uvicorn."""

import asyncio

from fastapi import FastAPI, Request, Response

application = FastAPI()
BLOB = b"x" * (1 << 20)


@application.get("/plaintext")
async def plaintext():
    return Response("Hello, World!", media_type="text/plain")


@application.get("/json")
async def die(die: str = "fair"):
    return {"identifier": die, "specification": {"faces": [1, 2, 3, 4, 5, 6], "error_rate": 0}}


@application.get("/sleep")
async def sleep(ms: int = 0):
    await asyncio.sleep(ms / 1000)
    return Response("Hello, World!", media_type="text/plain")


@application.get("/blob")
async def blob():
    return Response(BLOB, media_type="application/octet-stream")


@application.post("/upload")
async def upload(request: Request):
    count = 0
    async for piece in request.stream():
        count += len(piece)
    return Response(str(count), media_type="text/plain")
