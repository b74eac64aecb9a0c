# The server alone. PostgreSQL is not in the image: DATABASE_URL names one, as
# docker-compose.yml does.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN make build && mkdir /data

FROM alpine:3.22
RUN apk add --no-cache ca-certificates tzdata && adduser -D -H -u 10001 ftcmetrics
COPY --from=build /src/ftcmetrics /usr/local/bin/ftcmetrics
COPY --from=build --chown=10001:10001 /data /data
USER 10001:10001
VOLUME /data
ENV APP_ENV=production \
    DATA_DIR=/data \
    HTTP_ADDR=0.0.0.0:3001 \
    HUB_ADDR=0.0.0.0:6001 \
    METRICS_ADDR=0.0.0.0:9601
# API and web app and hub; the hub alone; metrics, which are not for strangers.
EXPOSE 3001 6001 9601
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3001/ready"]
ENTRYPOINT ["ftcmetrics"]
CMD ["serve"]
