import { GoHome } from "./_frame/go-home";

export default function RootPage() {
  return <GoHome />;
}
