# Layer Lab as an image:  docker build -t layer-lab .  &&  docker run -p 8501:8501 layer-lab
FROM python:3.11-slim

# What the server prints shows at once; compiled kernels belong to the user who runs them.
ENV PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/home/lab/kernels

RUN useradd --create-home lab
WORKDIR /app

# A layer that stays as long as the dependencies do.
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

# A layer that stays as long as the engine does. On a processor of another kind the first start compiles again.
COPY engine engine
USER lab
RUN python -c "from engine.warmup import warm_up; warm_up()"

COPY .streamlit .streamlit
COPY assets assets
COPY experiments experiments
COPY pages pages
COPY ui ui
COPY app.py ./

EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
# Without an address for browsers, Streamlit asks a server on the internet for it at every start.
CMD ["streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--browser.serverAddress", "localhost"]
