"use client";

import clsx from "clsx";
import { CircleAlert, Eye, EyeOff, Search, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { createContext, use, useId, useState, type ComponentProps, type ReactNode } from "react";

type FieldState = { id: string; describedBy: string | undefined; invalid: boolean };
const FieldContext = createContext<FieldState | null>(null);

/** What a control inside a Field must carry to be tied to its label, hint and error. */
export function useField(): { id?: string; "aria-describedby"?: string; "aria-invalid"?: true } {
  const field = use(FieldContext);
  if (!field) return {};
  return { id: field.id, "aria-describedby": field.describedBy, "aria-invalid": field.invalid || undefined };
}

/** Label, control, hint, and an error that says what to do. The control inside is tied to them by itself. */
export function Field({
  label,
  hint,
  error,
  optional = false,
  hideLabel = false,
  className,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  optional?: boolean;
  hideLabel?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const t = useTranslations("common");
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const describedBy = [hint ? hintId : "", error ? errorId : ""].filter(Boolean).join(" ") || undefined;
  return (
    <div className={clsx("flex min-w-0 flex-col gap-1.5", className)}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "text-sm font-medium text-ink"}>
        {label}
        {optional && <span className="ml-1.5 font-normal text-ink-faint">{t("optional")}</span>}
      </label>
      <FieldContext value={{ id, describedBy, invalid: Boolean(error) }}>{children}</FieldContext>
      {hint && (
        <p id={hintId} className="text-sm text-ink-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={errorId} role="alert" className="flex items-start gap-1.5 text-sm text-failed">
          <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          <span className="min-w-0 break-words">{error}</span>
        </p>
      )}
    </div>
  );
}

export const controlLook =
  "w-full min-w-0 rounded-md border border-line-strong bg-surface text-base text-ink transition-colors duration-100 hover:border-ink-faint focus-visible:border-accent focus-visible:outline-offset-0 disabled:cursor-not-allowed disabled:opacity-55 aria-invalid:border-failed";

/** Smaller text makes a phone zoom into the field. */
const typedIn = "pointer-coarse:text-lg";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...useField()} {...rest} className={clsx(controlLook, typedIn, "h-8 px-2.5 pointer-coarse:h-10", className)} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea {...useField()} {...rest} className={clsx(controlLook, typedIn, "px-2.5 py-1.5", className)} />;
}

/** A password with a button that shows it. */
export function PasswordInput({ showLabel, hideLabel, className, ...rest }: ComponentProps<"input"> & { showLabel: string; hideLabel: string }) {
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <Input {...rest} type={shown ? "text" : "password"} className={clsx("pr-10", className)} />
      <button
        type="button"
        aria-label={shown ? hideLabel : showLabel}
        onClick={() => setShown(!shown)}
        className="absolute inset-y-0 right-0 grid w-9 place-items-center rounded-md text-ink-faint hover:text-ink"
      >
        {shown ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
      </button>
    </div>
  );
}

/** A search box with a cross to empty it; Escape empties it too. */
export function SearchInput({
  value,
  onValueChange,
  label,
  className,
  ...rest
}: Omit<ComponentProps<"input">, "value" | "onChange"> & { value: string; onValueChange: (value: string) => void; label: string }) {
  const t = useTranslations("common");
  return (
    <div className={clsx("relative min-w-0", className)}>
      <Search aria-hidden className="pointer-events-none absolute left-2.5 top-1/2 size-3.5 -translate-y-1/2 text-ink-faint" />
      <input
        {...rest}
        type="search"
        value={value}
        aria-label={label}
        placeholder={rest.placeholder ?? label}
        onChange={(event) => onValueChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && value) {
            event.stopPropagation();
            onValueChange("");
          }
        }}
        className={clsx(controlLook, typedIn, "h-8 pl-8 pr-8 pointer-coarse:h-10 [&::-webkit-search-cancel-button]:hidden")}
      />
      {value && (
        <button
          type="button"
          aria-label={t("clearSearch")}
          onClick={() => onValueChange("")}
          className="absolute inset-y-0 right-0 grid w-8 place-items-center rounded-md text-ink-faint hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </div>
  );
}
