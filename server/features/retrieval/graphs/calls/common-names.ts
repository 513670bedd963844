/** Names that every standard library has: a call of one says nothing about which definition is meant. */
const COMMON: ReadonlySet<string> = new Set(
  `add all any append apply bind call catch clear clone close concat contains copy count create decode delete destroy each
   emit encode end entries equals error exec exit extend fill filter find finish first flat flush forEach format from get
   getattr has hash hide includes indexOf info init insert is items iter join keys last len length list load lock log main
   map match max merge min move next now of off on open parse path peek pop post print push put query raise read reduce
   reject release remove render replace request reset resolve reverse run save search seek send set setup shift show size
   slice some sort splice split start stat stop str strip submit test then throw toString trim type unlock unwrap update
   upper use value values wait warn watch with write`.split(/\s+/),
);

export function isCommonName(name: string): boolean {
  return name.length < 3 || COMMON.has(name);
}
