import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "../action";
import { api, key, type Problem, type Schemas } from "../api";
import { type Team, useSession } from "../session";
import { Button, Choice, Empty, Failed, Loading, toast } from "../ui";
import { words as common } from "../words/app";
import { words } from "../words/coach";
import { CoachPage } from "./CoachPage";
import { HeldCard } from "./HeldCard";
import { useQuarantineNews } from "./news";

type State = "open" | "discarded";
type Answer = Schemas["ScoutingHeldEntryListAnswer"];

/** QuarantinePage is the inbox of what could not be recorded as it came. */
export default function QuarantinePage() {
  const { team } = useSession();
  return (
    <CoachPage title={words.quarantine.title} lead={words.quarantine.lead}>
      {team && <Inbox key={team.id} team={team} />}
    </CoachPage>
  );
}

function Inbox({ team }: { team: Team }) {
  const [state, setState] = useState<State>("open");
  useQuarantineNews(team.id);
  const held = useInfiniteQuery<Answer, Problem>({
    queryKey: [...key("/api/scouting/quarantine"), team.id, state],
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => {
      const query = { scoutingTeamId: team.id, state, cursor: (pageParam as string) || undefined };
      return (await api.GET("/api/scouting/quarantine", { params: { query }, signal })).data!;
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const cache = useQueryClient();
  const reread = () => cache.invalidateQueries({ queryKey: key("/api/scouting/quarantine") });
  const restore = useAction(
    async (id: string) => {
      await api.POST("/api/scouting/quarantine/{id}/restore", { params: { path: { id } } });
      await reread();
      toast(words.quarantine.restored);
    },
    { toasted: true },
  );
  const discard = useAction(
    async (id: string) => {
      await api.POST("/api/scouting/quarantine/{id}/discard", { params: { path: { id } } });
      await reread();
      toast(words.quarantine.discarded, { tone: "plain", action: { word: common.undo, run: () => restore.go(id) } });
    },
    { toasted: true },
  );
  const list = held.data?.pages.flatMap((page) => page.data ?? []);
  return (
    <div className="grid gap-4">
      <div className="max-w-sm">
        <Choice
          label={words.quarantine.which}
          hideLabel
          value={state}
          options={[
            { value: "open", word: words.quarantine.waiting },
            { value: "discarded", word: words.quarantine.thrown },
          ]}
          onChange={setState}
        />
      </div>
      {!list && (held.error ? <Failed cause={held.error} again={() => held.refetch()} /> : <Loading rows={3} />)}
      {list?.length === 0 && (
        <Empty icon="check" title={state === "open" ? words.quarantine.nothing : words.quarantine.noneThrown}>
          {state === "open" ? words.quarantine.nothingHelp : words.quarantine.noneThrownHelp}
        </Empty>
      )}
      <ul className="grid grid-cols-1 items-start gap-3 wide:grid-cols-2">
        {list?.map((one) => (
          <HeldCard key={one.id} team={team} held={one} discard={discard.go} restore={restore.go} busy={discard.busy || restore.busy} />
        ))}
      </ul>
      {held.hasNextPage && (
        <div>
          <Button busy={held.isFetchingNextPage} onClick={() => held.fetchNextPage()}>
            {words.entries.more}
          </Button>
        </div>
      )}
    </div>
  );
}
