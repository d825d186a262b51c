import { useEffect, useState } from "preact/hooks";

export interface Reading<T> {
  found: T | null;
  wrong: unknown;
  again: () => void;
  put: (value: T) => void;
}

/** Read something when the component appears or what it depends on changes; an answer that came too late is dropped. */
export function useRead<T>(read: () => Promise<T>, depends: unknown[]): Reading<T> {
  const [found, put] = useState<T | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let wanted = true;
    put(null);
    setWrong(null);
    read().then(
      (value) => wanted && put(value),
      (error: unknown) => wanted && setWrong(error),
    );
    return () => void (wanted = false);
  }, [...depends, turn]);
  return { found, wrong, again: () => setTurn(turn + 1), put };
}
