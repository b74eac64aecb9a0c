import { useSession } from "../../session";
import { EventPicker } from "./EventPicker";

/** EventsPage chooses another FTC event. */
export default function EventsPage() {
  const { team } = useSession();
  return team && <EventPicker team={team} />;
}
