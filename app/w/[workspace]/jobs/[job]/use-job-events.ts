"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { useLive, useWorkspace } from "#app/frame";
import type { JobEvent } from "#lib/protocol/jobs";
import { appendEvents, emptyEventLog, hasGap, resumeCursor, type EventLog } from "./event-log";

const pageSize = 1000;
const showEveryMs = 120;
const askEveryMs = 4000;

export type JobEvents = {
  log: EventLog;
  /** history is still being read */
  reading: boolean;
  /** history could not be read; what came before it is shown */
  error: unknown;
  retry: () => void;
  /** events arrive by themselves */
  live: boolean;
};

/**
 * All events of a job: history by the API, then live by the socket from where history ended. After every reconnect and
 * every gap it asks again from its cursor, so nothing is missing and nothing comes twice. Without the socket it asks the
 * API every few seconds.
 * @param ended the job is over: nothing more is to be waited for
 */
export function useJobEvents(job: string, ended: boolean): JobEvents {
  const { client } = useWorkspace();
  const { socket, connected } = useLive();
  const logRef = useRef<EventLog>(emptyEventLog);
  const [log, setLog] = useState<EventLog>(emptyEventLog);
  const [reading, setReading] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);

  const take = useCallback((events: readonly JobEvent[]) => {
    logRef.current = appendEvents(logRef.current, events);
    // A fast job sends hundreds of batches a second; the page is drawn a few times a second.
    timer.current ??= setTimeout(() => {
      timer.current = null;
      setLog(logRef.current);
    }, showEveryMs);
  }, []);

  const readRest = useCallback(
    async (signal: AbortSignal) => {
      for (;;) {
        const page = await client.call("job.events", { job, cursor: resumeCursor(logRef.current), limit: pageSize }, { signal });
        take(page.items);
        if (!page.more || page.items.length === 0) return;
      }
    },
    [client, job, take],
  );

  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );

  // `ended` is a dependency: when the job ends, the last words are read once more for certain.
  useEffect(() => {
    const abort = new AbortController();
    setError(null);
    readRest(abort.signal)
      .catch((caught: unknown) => {
        if (!abort.signal.aborted) setError(caught);
      })
      .finally(() => {
        if (!abort.signal.aborted) setReading(false);
      });
    return () => abort.abort();
  }, [readRest, ended, turn]);

  useEffect(() => {
    if (!socket || reading) return;
    let lastAsked = 0;
    const subscribe = () => {
      lastAsked = Date.now();
      socket.emit("job.subscribe", { job, cursor: resumeCursor(logRef.current) }, (answer) => {
        // A line that is up again ends the complaint about the one that was down.
        setError("error" in answer ? answer.error : null);
      });
    };
    const onEvents = (batch: { job: string; events: JobEvent[] }) => {
      if (batch.job !== job) return;
      take(batch.events);
      if (hasGap(logRef.current) && Date.now() - lastAsked > 1000) subscribe();
    };
    socket.on("connect", subscribe);
    socket.on("job.events", onEvents);
    if (socket.connected) subscribe();
    return () => {
      socket.off("connect", subscribe);
      socket.off("job.events", onEvents);
      if (socket.connected) socket.emit("job.unsubscribe", { job }, () => undefined);
    };
  }, [socket, reading, job, take]);

  useEffect(() => {
    if (connected || ended || reading) return;
    const abort = new AbortController();
    const ask = setInterval(() => {
      readRest(abort.signal).then(
        () => setError(null),
        (caught: unknown) => {
          if (!abort.signal.aborted) setError(caught);
        },
      );
    }, askEveryMs);
    return () => {
      clearInterval(ask);
      abort.abort();
    };
  }, [connected, ended, reading, readRest]);

  const retry = useCallback(() => setTurn((before) => before + 1), []);
  return { log, reading, error, retry, live: connected };
}
