/** The metrics of a server, as Prometheus reads them. */
/** Returns the value of one series in the text format: `muster_live_ended_total{reason="lagged"}`. */
export type Figures = (series: string) => number;

export async function readFigures(url: string): Promise<Figures> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return (series) => {
    const line = text.split('\n').find((each) => each.startsWith(`${series} `));
    return line ? Number(line.slice(series.length + 1)) : 0;
  };
}
