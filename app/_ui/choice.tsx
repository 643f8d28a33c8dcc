"use client";

import clsx from "clsx";
import { Check, Minus } from "lucide-react";
import { Checkbox as RadixCheckbox, RadioGroup, Slider as RadixSlider, Switch as RadixSwitch, ToggleGroup } from "radix-ui";
import { useId, type ReactNode } from "react";
import { useField } from "./field";
import { Tooltip } from "./tooltip";

/** A tick. Give `label` (visible) or `ariaLabel`; "indeterminate" is a dash. */
export function Checkbox({
  checked,
  onCheckedChange,
  label,
  ariaLabel,
  disabled,
  onClick,
}: {
  checked: boolean | "indeterminate";
  onCheckedChange: (checked: boolean) => void;
  label?: ReactNode;
  ariaLabel?: string;
  disabled?: boolean;
  onClick?: (event: React.MouseEvent) => void;
}) {
  const id = useId();
  const box = (
    <RadixCheckbox.Root
      id={id}
      checked={checked}
      disabled={disabled}
      onClick={onClick}
      aria-label={label ? undefined : ariaLabel}
      onCheckedChange={(next) => onCheckedChange(next === true)}
      className="grid size-4 shrink-0 place-items-center rounded-sm border border-line-strong bg-surface text-on-accent transition-colors duration-100 hover:border-ink-faint disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent"
    >
      <RadixCheckbox.Indicator>
        {checked === "indeterminate" ? <Minus aria-hidden className="size-3" strokeWidth={3} /> : <Check aria-hidden className="size-3" strokeWidth={3} />}
      </RadixCheckbox.Indicator>
    </RadixCheckbox.Root>
  );
  if (!label) return box;
  return (
    <div className="flex items-center gap-2">
      {box}
      <label htmlFor={id} className="text-base">
        {label}
      </label>
    </div>
  );
}

/** On or off, at once. */
export function Switch({ checked, onCheckedChange, label, disabled }: { checked: boolean; onCheckedChange: (checked: boolean) => void; label: ReactNode; disabled?: boolean }) {
  const id = useId();
  return (
    <div className="flex items-center gap-2">
      <RadixSwitch.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onCheckedChange}
        className="relative h-4.5 w-8 shrink-0 rounded-full bg-line-strong transition-colors duration-100 disabled:opacity-50 data-[state=checked]:bg-accent"
      >
        <RadixSwitch.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-raised transition-transform duration-100 data-[state=checked]:translate-x-4" />
      </RadixSwitch.Root>
      <label htmlFor={id} className="text-base">
        {label}
      </label>
    </div>
  );
}

export function Slider({
  value,
  onValueChange,
  min,
  max,
  step = 1,
  label,
  valueText,
}: {
  value: number;
  onValueChange: (value: number) => void;
  min: number;
  max: number;
  step?: number;
  label: string;
  /** how a screen reader says the value, with its unit */
  valueText?: string;
}) {
  const field = useField();
  return (
    <RadixSlider.Root
      value={[value]}
      min={min}
      max={max}
      step={step}
      onValueChange={([next]) => next !== undefined && onValueChange(next)}
      className="relative flex h-6 w-full touch-none select-none items-center"
    >
      <RadixSlider.Track className="relative h-1 flex-1 rounded-full bg-pressed">
        <RadixSlider.Range className="absolute h-full rounded-full bg-accent" />
      </RadixSlider.Track>
      <RadixSlider.Thumb
        aria-label={label}
        aria-valuetext={valueText}
        aria-describedby={field["aria-describedby"]}
        className="block size-4 rounded-full border border-accent bg-raised shadow-pop"
      />
    </RadixSlider.Root>
  );
}

/** A few alternatives side by side with an explanation each, such as presets. */
export function ChoiceCards<Value extends string>({
  value,
  onValueChange,
  options,
  label,
  columns = 3,
}: {
  value: Value;
  onValueChange: (value: Value) => void;
  options: readonly { value: Value; title: ReactNode; text?: ReactNode; meta?: ReactNode; disabled?: boolean }[];
  label: string;
  columns?: 2 | 3 | 4;
}) {
  const grid = { 2: "sm:grid-cols-2", 3: "sm:grid-cols-3", 4: "sm:grid-cols-2 lg:grid-cols-4" }[columns];
  return (
    <RadioGroup.Root aria-label={label} value={value} onValueChange={(next) => onValueChange(next as Value)} className={clsx("grid grid-cols-1 gap-2", grid)}>
      {options.map((option) => (
        <RadioGroup.Item
          key={option.value}
          value={option.value}
          disabled={option.disabled}
          className="group flex min-w-0 flex-col gap-1 rounded-md border border-line-strong bg-surface p-3 text-left transition-colors duration-100 hover:border-ink-faint disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft"
        >
          <span className="flex w-full items-center gap-2">
            <span className="grid size-4 shrink-0 place-items-center rounded-full border border-line-strong bg-surface group-data-[state=checked]:border-accent">
              <RadioGroup.Indicator className="size-2 rounded-full bg-accent" />
            </span>
            <span className="min-w-0 flex-1 truncate font-medium">{option.title}</span>
            {option.meta && <span className="nums shrink-0 text-sm text-ink-muted">{option.meta}</span>}
          </span>
          {option.text && <span className="pl-6 text-sm text-ink-muted">{option.text}</span>}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}

/** Two to four views of the same thing, such as grid and list. */
export function Segmented<Value extends string>({
  value,
  onValueChange,
  options,
  label,
}: {
  value: Value;
  onValueChange: (value: Value) => void;
  options: readonly { value: Value; label: string; icon?: ReactNode }[];
  label: string;
}) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => next && onValueChange(next as Value)}
      className="inline-flex shrink-0 self-start rounded-md bg-pressed p-0.5"
    >
      {options.map((option) => {
        // Styled by aria-checked: a tooltip around the item takes data-state for itself.
        const item = (
          <ToggleGroup.Item
            key={option.value}
            value={option.value}
            aria-label={option.icon ? option.label : undefined}
            className="inline-flex h-7 min-w-8 items-center justify-center gap-1.5 rounded-sm px-2 text-sm text-ink-muted transition-colors duration-100 hover:text-ink aria-checked:bg-raised aria-checked:font-medium aria-checked:text-ink aria-checked:shadow-[0_0_0_1px_var(--line-strong)] pointer-coarse:h-8.5 [&_svg]:size-4"
          >
            {option.icon ?? option.label}
          </ToggleGroup.Item>
        );
        return option.icon ? (
          <Tooltip key={option.value} text={option.label}>
            {item}
          </Tooltip>
        ) : (
          item
        );
      })}
    </ToggleGroup.Root>
  );
}
