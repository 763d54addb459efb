# Prometheus from Debian's own package. From the root of the repository:
#   docker build -f docker/demo/prometheus.Dockerfile -t skep-demo-prometheus .
ARG BASE=debian:bookworm-slim
FROM ${BASE}
RUN apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
      --no-install-recommends prometheus >/dev/null && rm -rf /var/lib/apt/lists/* && \
    install -d -o prometheus -g prometheus /prometheus
USER prometheus
STOPSIGNAL SIGTERM
EXPOSE 9090
ENTRYPOINT ["prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus", \
     "--storage.tsdb.retention.time=2h"]
