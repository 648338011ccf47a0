"""``python -m orders_service``"""

import os

import uvicorn

if __name__ == "__main__":
    uvicorn.run("orders_service.app:app", port=int(os.environ.get("PORT", "8000")))
