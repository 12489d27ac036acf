/** Something that a release can't be published with. */
export type Fault = {
  /** Where it is, such as `WATCHER.triage.extractionSchema.properties.title`. */
  readonly path: string;
  readonly message: string;
};
