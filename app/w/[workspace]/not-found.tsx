import { NothingHere } from "../../_frame/nothing-here";

export default function NotFound() {
  return <NothingHere />;
}
