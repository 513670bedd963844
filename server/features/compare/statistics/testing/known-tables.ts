import type { VoteCount } from '../vote-table.ts';

/** One line: left, right, wins of the left, wins of the right, ties. */
function counts(lines: string): VoteCount[] {
  return lines
    .trim()
    .split('\n')
    .flatMap((line): VoteCount[] => {
      const [first = '', second = '', wins, losses, ties] = line.trim().split(',');
      return [
        { first, second, outcome: 'first', votes: Number(wins) },
        { first, second, outcome: 'second', votes: Number(losses) },
        { first, second, outcome: 'tie', votes: Number(ties ?? 0) },
      ];
    });
}

/**
 * Seven teams of the American League in 1987, home team on the left: A. Agresti, Categorical Data Analysis (2nd edition,
 * 2002), table 10.10; the counts as in the R package BradleyTerry2.
 */
export const baseball = counts(`
  Milwaukee,Detroit,4,3
  Milwaukee,Toronto,4,2
  Milwaukee,New York,4,3
  Milwaukee,Boston,6,1
  Milwaukee,Cleveland,4,2
  Milwaukee,Baltimore,6,0
  Detroit,Milwaukee,3,3
  Detroit,Toronto,4,2
  Detroit,New York,4,3
  Detroit,Boston,6,0
  Detroit,Cleveland,6,1
  Detroit,Baltimore,4,3
  Toronto,Milwaukee,2,5
  Toronto,Detroit,4,3
  Toronto,New York,2,4
  Toronto,Boston,4,3
  Toronto,Cleveland,4,2
  Toronto,Baltimore,6,0
  New York,Milwaukee,3,3
  New York,Detroit,5,1
  New York,Toronto,2,5
  New York,Boston,4,3
  New York,Cleveland,4,2
  New York,Baltimore,6,1
  Boston,Milwaukee,5,1
  Boston,Detroit,2,5
  Boston,Toronto,3,3
  Boston,New York,4,2
  Boston,Cleveland,5,2
  Boston,Baltimore,6,0
  Cleveland,Milwaukee,2,5
  Cleveland,Detroit,3,3
  Cleveland,Toronto,3,4
  Cleveland,New York,4,3
  Cleveland,Boston,4,2
  Cleveland,Baltimore,2,4
  Baltimore,Milwaukee,2,5
  Baltimore,Detroit,1,5
  Baltimore,Toronto,1,6
  Baltimore,New York,2,4
  Baltimore,Boston,1,6
  Baltimore,Cleveland,3,4
`);

/**
 * Six brands of chocolate pudding, with ties: example 2 of R. R. Davidson, JASA 65 (1970); the counts as in the R package
 * PlackettLuce. Sides were not recorded.
 */
export const pudding = counts(`
  1,2,19,22,16
  1,3,16,19,12
  2,3,19,19,10
  1,4,18,23,13
  2,4,23,19,9
  3,4,19,20,15
  1,5,13,19,18
  2,5,16,20,12
  3,5,16,15,17
  4,5,17,14,16
  1,6,18,21,12
  2,6,22,20,12
  3,6,13,18,10
  4,6,14,19,18
  5,6,11,21,12
`);

/** Made up, with ties and an effect of the side. */
export const sidesAndTies = counts(`
  a,b,14,9,6
  b,a,11,12,4
  a,c,17,5,3
  c,a,8,13,7
  b,c,12,8,9
  c,b,9,10,5
  a,d,21,2,4
  d,a,6,18,2
  c,d,13,4,6
  d,c,7,9,8
`);

/**
 * Maximum likelihood estimates by statsmodels 0.15.0 in double precision (`GLM(...).fit(tol=1e-14)`, iteratively
 * reweighted least squares). Baseball: family Binomial, a row per line of the table, +1 for the home team, -1 for the
 * other, a column of ones for the home advantage; Baltimore is the reference. The tables with ties: family Poisson, three
 * rows per line with a column of their own, +1/2, -1/2 and 0 times (left - right) and the side, 1 for ties; the first
 * contestant is the reference (S. E. Fienberg and K. Larntz, Log-linear representation for paired and multiple comparison
 * models, Biometrika 63, 1976).
 */
export const estimates = {
  baseball: {
    Baltimore: 0,
    Boston: 1.1076977054,
    Cleveland: 0.6838527692,
    Detroit: 1.4364084318,
    Milwaukee: 1.5813558767,
    'New York': 1.2476178451,
    Toronto: 1.2944851239,
  },
  baseballAtHome: {
    strengths: {
      Baltimore: 0,
      Boston: 1.1438026533,
      Cleveland: 0.7046944569,
      Detroit: 1.4753572136,
      Milwaukee: 1.6195549936,
      'New York': 1.2813404033,
      Toronto: 1.3271103981,
    },
    side: 0.3022606555,
  },
  pudding: {
    strengths: { 1: 0, 2: 0.2202419002, 3: 0.1529777049, 4: 0.1751449086, 5: 0.133865227, 6: 0.3771348958 },
    tie: -0.2919270862,
  },
  sidesAndTies: {
    strengths: { a: 0, b: -0.4351118636, c: -0.8268686295, d: -1.596616604 },
    tie: -0.5519160851,
    side: 0.3075450528,
  },
};

/** What the books print. */
export const published = {
  /** Agresti, table 10.11, without and with home advantage (strengths that sum to 1), and p. 438. */
  baseball: [0, 0.68, 1.11, 1.25, 1.29, 1.44, 1.58],
  baseballAtHome: [0.044, 0.088, 0.137, 0.157, 0.164, 0.19, 0.22],
  homeAdvantage: 0.302,
  /** Davidson's worths and ν, as the documentation of PlackettLuce reproduces them. */
  pudding: { worths: [0.1388, 0.173, 0.1617, 0.1654, 0.1587, 0.2024], ties: 0.747 },
};
