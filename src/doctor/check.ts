/** A check of `muster doctor`: one question about an installation, with how to mend what it finds. */
import type pg from 'pg';
import type { Config } from '../config/config.ts';

/**
 * - OK: nothing to do.
 * - WARNING: it works, but will not for long, or not as well as it could.
 * - FAILURE: it does not work.
 * - SKIPPED: the check does not apply, or needs what another check found broken.
 */
export type Status = 'OK' | 'WARNING' | 'FAILURE' | 'SKIPPED';

export type Finding = {
  status: Status;
  /** What was found, in a sentence. */
  message: string;
  /** How to mend it. Absent when there is nothing to mend. */
  remedy?: string;
  /** The same in figures, for programs. */
  figures?: Readonly<Record<string, unknown>>;
};

export type Installation = {
  config: Config;
  /** The URL of the database, the embedded one included. */
  databaseUrl: string;
  /** Connections to it. Each query fails within seconds when the database does not answer. */
  pool: pg.Pool;
};

export type Check = {
  name: string;
  /** What must work for this check to be able to answer. Default: none. */
  needs?: 'database' | 'tables';
  examine(installation: Installation): Promise<Finding>;
  /** Mends what `examine` found, without loss, and says what it did. Absent: a person must. */
  repair?(installation: Installation): Promise<string>;
};

export const ok = (message: string, figures?: Finding['figures']): Finding => ({
  status: 'OK',
  message,
  figures,
});

export const warning = (message: string, remedy: string, figures?: Finding['figures']): Finding => ({
  status: 'WARNING',
  message,
  remedy,
  figures,
});

export const failure = (message: string, remedy: string, figures?: Finding['figures']): Finding => ({
  status: 'FAILURE',
  message,
  remedy,
  figures,
});

export const skipped = (message: string): Finding => ({ status: 'SKIPPED', message });

/** A noun with its number: `1 job`, `2 jobs`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
