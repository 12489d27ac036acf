/** The reason why a release cannot be published. */
export type Fault = {
  /** The path of the fault, such as `WATCHER.triage.extractionSchema.properties.title`. */
  readonly path: string;
  readonly message: string;
};
