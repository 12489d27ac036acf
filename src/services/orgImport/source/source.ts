/** The source of an org document. */
export type OrgSource =
  /** One document as text. It cannot include files. */
  | { yaml: string }
  /** Files by their paths from one common root. `entry` is the path of the document. */
  | { files: SourceFile[]; entry: string }
  /** A folder below the templates directory that holds `org.yaml` or `org.yml`. */
  | { directory: string };

export type SourceFile = { path: string; content: string };
