import { limits } from '@valerix/contracts/order';
import { useState } from 'react';
import { asQuantity } from './cart.ts';

interface QuantityStepperProps {
  readonly name: string;
  readonly quantity: number;
  readonly onChange: (quantity: number) => void;
}

/** Sets how many of a product are ordered, by steps or by a number that is taken when it is left or entered. */
export function QuantityStepper({ name, quantity, onChange }: QuantityStepperProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const take = () => {
    if (typed !== null && typed.trim() !== '') onChange(asQuantity(Number(typed)));
    setTyped(null);
  };
  return (
    <fieldset className="stepper">
      <legend className="visually-hidden">Quantity of {name}</legend>
      <button
        type="button"
        aria-label={`One less of ${name}`}
        aria-disabled={quantity <= 1}
        onClick={() => quantity > 1 && onChange(quantity - 1)}
      >
        −
      </button>
      <input
        inputMode="numeric"
        autoComplete="off"
        aria-label={`Quantity of ${name}`}
        value={typed ?? quantity}
        maxLength={3}
        onChange={({ target }) => setTyped(target.value.replaceAll(/\D/g, ''))}
        onBlur={take}
        onKeyDown={({ key }) => {
          if (key === 'Enter') take();
          if (key === 'Escape') setTyped(null);
        }}
      />
      <button
        type="button"
        aria-label={`One more of ${name}`}
        aria-disabled={quantity >= limits.quantityMax}
        onClick={() => quantity < limits.quantityMax && onChange(quantity + 1)}
      >
        +
      </button>
    </fieldset>
  );
}
