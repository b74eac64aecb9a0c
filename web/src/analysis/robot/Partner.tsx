import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../../api";
import { Button, Spinner } from "../../ui";
import { words } from "../../words/analysis";

/** Partner computes, when asked, what the robot's partner must have scored. It says that nobody saw it. */
export function Partner({ entryId }: { entryId: string }) {
  const [asked, setAsked] = useState(false);
  const deduction = useQuery({ ...get("/api/scouting/entries/{id}/deduct-partner", { path: { id: entryId } }), enabled: asked });
  if (!asked)
    return (
      <div>
        <Button onClick={() => setAsked(true)}>{words.robot.partner}</Button>
      </div>
    );
  if (deduction.error) return <p className="text-quiet">{deduction.error.detail}</p>;
  if (!deduction.data) return <Spinner />;
  const { teamNumber, score, official, scouted, bonus, inconsistent } = deduction.data;
  return (
    <div className="rounded-lg border border-dashed border-edge px-3 py-2">
      <p>
        <strong>{words.robot.computed}</strong> {words.robot.deduction(teamNumber, score.total, score.auto, score.teleop, score.endgame)}
      </p>
      <p className="text-sm text-quiet">{words.robot.sum(official.total, scouted.total, bonus.total, score.total)}</p>
      {inconsistent && inconsistent.length > 0 && <p className="text-sm text-warn">{words.robot.inconsistent}</p>}
    </div>
  );
}
