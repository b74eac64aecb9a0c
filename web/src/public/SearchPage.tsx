import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import { Button, Field, Loaded, Page } from "../ui";
import { words } from "../words/public";
import { searchRead } from "./reads";
import { Part } from "./rows";

const w = words.team;

/** SearchPage finds FTC teams; what is looked for is in the address. */
export default function SearchPage() {
  const [params, setParams] = useSearchParams();
  const wanted = (params.get("q") ?? "").trim();
  const [text, setText] = useState(wanted);
  const found = useQuery({ ...searchRead(wanted), enabled: wanted !== "" });
  return (
    <Page title={w.title}>
      <form
        className="pub-search"
        onSubmit={(event) => {
          event.preventDefault();
          setParams(text.trim() ? { q: text.trim() } : {});
        }}
      >
        <Field label={w.search} type="search" value={text} maxLength={80} onChange={(e) => setText(e.target.value)} />
        <Button type="submit" icon="search">
          {w.find}
        </Button>
      </form>
      {wanted === "" ? (
        <p className="text-quiet">{w.hint}</p>
      ) : (
        <Loaded from={found}>
          {(teams) =>
            teams.length === 0 ? (
              <p className="text-quiet">{w.none}</p>
            ) : (
              <Part>
                <ul className="pub-rows">
                  {teams.map(({ teamNumber, name, city, region, country }) => (
                    <li key={teamNumber} className="pub-line">
                      <Link href={`/t/${teamNumber}`} className="inline-flex min-h-11 items-center font-semibold">
                        {teamNumber} {name}
                      </Link>
                      <span>{[city, region, country].filter(Boolean).join(", ")}</span>
                    </li>
                  ))}
                </ul>
              </Part>
            )
          }
        </Loaded>
      )}
    </Page>
  );
}
