# The image holds the wheel that is in dist/: make dist && docker build --tag reconciler .
FROM python:3.14.8-slim-trixie@sha256:89fb7d3da20043c370643435258bdd7ab755d326d359001d02988ed15ae5219e AS base
ENV VIRTUAL_ENV=/opt/reconciler
ENV PATH="$VIRTUAL_ENV/bin:$PATH"

FROM base AS build
WORKDIR /build
COPY requirements.lock dist/*.whl ./
# Only wheels with the hashes of the lock; the environment itself gets no pip.
RUN python -m venv --without-pip "$VIRTUAL_ENV" && \
    pip --python "$VIRTUAL_ENV" install --no-cache-dir --only-binary :all: --require-hashes --requirement requirements.lock && \
    pip --python "$VIRTUAL_ENV" install --no-cache-dir --no-index --no-deps ./*.whl && \
    pip --python "$VIRTUAL_ENV" check && \
    reconciler --version

FROM base
LABEL org.opencontainers.image.title="reconciler" \
      org.opencontainers.image.description="Declarative GitOps reconciler for Apache Kafka topics" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build $VIRTUAL_ENV $VIRTUAL_ENV
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["reconciler"]
