"use client";

import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { useLive, useReread, useWorkspace } from "#app/frame";
import { useToast } from "#app/ui";
import { LabelStore, type ListQuery, type Snapshot } from "./label-store";
import { openOutbox } from "./outbox";

const rereadEveryMs = 1_000;

/** The store of one version's labelling, fed by the socket; the list follows the query. */
export function useLabelling(dataset: string, version: number, query: ListQuery): { store: LabelStore | null; snapshot: Snapshot | null } {
  const { client, slug, me } = useWorkspace();
  const { socket, connected } = useLive();
  const toast = useToast();
  const reread = useReread(["dataset-version.show"]);
  const effects = useRef({ fail: toast.fail, reread });
  useEffect(() => {
    effects.current = { fail: toast.fail, reread };
  });

  const holder = useMemo(() => makeHolder(), []);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const saved = () => {
      timer ??= setTimeout(() => {
        timer = null;
        void effects.current.reread();
      }, rereadEveryMs);
    };
    const store = new LabelStore({
      client, dataset, version, outbox: openOutbox(`${slug}/${me.user.id}/${dataset}@${version}`), onRefused: (error) => effects.current.fail(error), onSaved: saved,
    });
    holder.put(store);
    void store.start();
    return () => {
      if (timer) clearTimeout(timer);
      holder.put(null);
      store.close();
    };
  }, [holder, client, dataset, version, slug, me.user.id]);
  const store = useSyncExternalStore(holder.subscribe, holder.get, () => null);

  const key = JSON.stringify(query);
  useEffect(() => {
    if (store) void store.open(JSON.parse(key) as ListQuery);
  }, [store, key]);

  useEffect(() => {
    if (!socket || !store) return;
    const at = { dataset, version };
    const subscribe = () => socket.emit("samples.subscribe", at, () => void store.reread());
    if (socket.connected) socket.emit("samples.subscribe", at, () => {});
    socket.on("connect", subscribe);
    const changed: Parameters<typeof socket.on<"samples.changed">>[1] = (body) => {
      if (body.dataset !== dataset || body.version !== version) return;
      if (body.samples) store.heard(body.samples);
      else void store.reread();
      void effects.current.reread();
    };
    socket.on("samples.changed", changed);
    return () => {
      socket.off("connect", subscribe);
      socket.off("samples.changed", changed);
      socket.emit("samples.unsubscribe", at, () => {});
    };
  }, [socket, store, dataset, version, connected]);

  const snapshot = useSyncExternalStore(store?.subscribe ?? nothing, store?.snapshot ?? none, none);
  return { store, snapshot };
}

function makeHolder() {
  let held: LabelStore | null = null;
  const listeners = new Set<() => void>();
  return {
    put(store: LabelStore | null) {
      held = store;
      for (const listener of listeners) listener();
    },
    get: () => held,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const nothing = () => () => {};
const none = () => null;
