import { NothingHere } from "./_frame/nothing-here";

export default function NotFound() {
  return (
    <main className="flex min-h-dvh flex-col">
      <NothingHere />
    </main>
  );
}
