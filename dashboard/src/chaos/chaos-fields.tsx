interface ChoiceProps<Value extends string> {
  readonly name: string;
  readonly label: string;
  readonly options: readonly (readonly [Value, string])[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** A few words side by side of which one is chosen: radio buttons, so that arrow keys move between them. */
export function Choice<Value extends string>({ name, label, options, value, onChange }: ChoiceProps<Value>) {
  return (
    <div className="choice" role="radiogroup" aria-label={label}>
      {options.map(([each, words]) => (
        <label key={each}>
          <input type="radio" name={name} value={each} checked={each === value} onChange={() => onChange(each)} />
          <span>{words}</span>
        </label>
      ))}
    </div>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly unit?: string;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}

export const Field = ({ label, value, unit, placeholder, onChange }: FieldProps) => (
  <label className="field">
    <span>{label}</span>
    <input
      type="text"
      inputMode="decimal"
      size={6}
      maxLength={10}
      value={value}
      placeholder={placeholder}
      onChange={({ target }) => onChange(target.value)}
    />
    {unit !== undefined && <span className="unit">{unit}</span>}
  </label>
);
