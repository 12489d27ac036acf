/** Where an org document comes from. */
export type OrgSource =
  /** One document as text. It can include no file. */
  | { yaml: string }
  /** Files by their paths from one common root, and which of them is the document. */
  | { files: SourceFile[]; entry: string }
  /** A folder below the templates directory that holds `org.yaml` or `org.yml`. */
  | { directory: string };

export type SourceFile = { path: string; content: string };
