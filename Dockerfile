# The native binary in an image without a shell, for an account that is not root and a root file system that is read-only:
# settings and secrets in /etc/misp-graph, ledger and logs in /var/lib/misp-graph, scratch space in /tmp.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
RUN apt-get update && apt-get install -y --no-install-recommends clang zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
ARG VERSION=0.1.0
# This stage runs on the architecture that the image is for. A default for TARGETARCH would win over --platform.
RUN case "$(uname -m)" in aarch64) rid=linux-arm64 ;; x86_64) rid=linux-x64 ;; *) echo "No build for $(uname -m)." >&2; exit 1 ;; esac \
    && dotnet publish src/MispGraphSync -c Release -r "$rid" -p:Version="$VERSION" -o /program \
    && rm -f /program/*.dbg /program/*.pdb /program/*.xml \
    && mkdir -p /state

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
COPY --from=build /program /opt/misp-graph
COPY --from=build --chown=1654:1654 /state /var/lib/misp-graph
ENV XDG_CONFIG_HOME=/etc \
    HOME=/var/lib/misp-graph \
    MISP_GRAPH__LEDGER=/var/lib/misp-graph/misp-graph.db \
    MISP_GRAPH__LOGS__DIRECTORY=/var/lib/misp-graph/logs
USER 1654:1654
WORKDIR /var/lib/misp-graph
VOLUME ["/var/lib/misp-graph"]
ENTRYPOINT ["/opt/misp-graph/misp-graph"]
CMD ["push"]
