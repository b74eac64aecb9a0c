import { useLocation } from "wouter";
import { useSession } from "../../session";
import { Page } from "../../ui";
import { words } from "../../words/scout";
import { EventPicker } from "./EventPicker";

/** EventsPage chooses another FTC event. */
export default function EventsPage() {
  const { team } = useSession();
  const [, go] = useLocation();
  return (
    <Page title={words.event.title} lead={words.event.lead}>
      {team && <EventPicker team={team} done={() => go("/scout")} />}
    </Page>
  );
}
