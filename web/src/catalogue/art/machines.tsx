export const HandGrinder = () => (
  <>
    <path className="line" d="M100 36 V26 H142" />
    <circle className="accent-fill outlined" cx="146" cy="26" r="9" />
    <path className="warm-fill outlined" d="M84 36 H116 L120 46 H80 Z" />
    <path className="white-fill outlined" d="M78 46 H122 V96 H78 Z" />
    <path className="accent-fill" d="M79.5 62 H120.5 V70 H79.5 Z" />
    <path className="cool-fill outlined" d="M82 96 H118 V136 H82 Z" />
    <path className="line thin" d="M82 112 H118" />
  </>
);

export const ElectricGrinder = () => (
  <>
    <path className="cool-fill outlined" d="M68 22 H128 L116 54 H80 Z" />
    <path className="ink-fill" d="M75 40 H121 L116.5 52.5 H79.5 Z" />
    <path className="white-fill outlined" d="M74 54 H122 V88 H138 V98 H74 Z" />
    <circle className="accent-fill outlined" cx="98" cy="72" r="10" />
    <path className="white-line" d="M98 72 L103 66" />
    <path className="white-fill outlined" d="M74 98 H96 V132 H74 Z" />
    <path className="warm-fill outlined" d="M104 108 H134 L130 132 H108 Z" />
    <path className="ink-fill" d="M64 131 H144 V139 H64 Z" />
  </>
);

export const GooseneckKettle = () => (
  <>
    <path className="accent-line wide" d="M74 112 C40 112 58 50 30 48" />
    <path className="line" d="M126 62 C160 56 166 112 134 118" />
    <path className="accent-fill outlined" d="M76 58 H126 C132 82 136 104 136 124 H66 C66 104 70 82 76 58 Z" />
    <path className="white-fill outlined" d="M72 52 H130 V60 H72 Z" />
    <circle className="ink-fill" cx="101" cy="44" r="6" />
    <path className="ink-fill" d="M58 124 H144 V138 H58 Z" />
    <path className="white-line" d="M84 74 C82 86 80 98 80 108" />
  </>
);

export const CoffeeScale = () => (
  <>
    <path className="white-fill outlined" d="M74 48 H118 L114 96 H78 Z" />
    <path className="line" d="M117 58 C134 56 134 82 115 82" />
    <path className="warm-fill" d="M77 66 H115 L112.8 94.5 H79.2 Z" />
    <path className="cool-fill outlined" d="M46 98 H154 V108 H46 Z" />
    <path className="accent-fill outlined" d="M40 108 H160 V136 H40 Z" />
    <path className="white-fill" d="M54 115 H104 V129 H54 Z" />
    <path className="line thin" d="M62 122 H72 M77 122 H87 M92 122 H97" />
    <circle className="white-fill" cx="140" cy="122" r="5" />
  </>
);
