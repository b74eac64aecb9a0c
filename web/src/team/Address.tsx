import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button, Card, Copy, Dialog, QrCode } from "../ui";
import { team as words } from "../words/team";

const text = words.address;

/** Address shows where this server is, for who has yet to open it: a hall has no link to send. */
export function Address() {
  const [open, setOpen] = useState(false);
  return (
    <Card title={text.title}>
      <p className="text-quiet">{text.help}</p>
      <div>
        <Button icon="qr" onClick={() => setOpen(true)}>
          {text.show}
        </Button>
      </div>
      {open && <Shown onClose={() => setOpen(false)} />}
    </Card>
  );
}

function Shown({ onClose }: { onClose: () => void }) {
  const trust = useTrust();
  return (
    <Dialog title={text.title} onClose={onClose}>
      <div className="grid gap-3">
        <QrCode text={location.origin} label={text.title} className="w-72 justify-self-center" />
        <Copy text={location.origin} label={text.title} />
        {/^(localhost|127\.|\[::1)/.test(location.hostname) && <p className="text-warn">{text.here}</p>}
        {trust && (
          <p>
            {text.warns}{" "}
            <a href={trust} className="font-medium break-all text-accent-text">
              {trust}
            </a>
          </p>
        )}
      </div>
    </Dialog>
  );
}

// useTrust is the page of a hall's server about its certificate, which nobody on the internet vouches for. It is
// read without https, by who does not trust the server yet. Other servers have none: only where there may be one is asked.
function useTrust(): string | undefined {
  const { protocol, hostname, host } = location;
  const maybe = protocol === "https:" && /^[\d.]+$|^\[|\.local$|^localhost$/.test(hostname);
  const there = useQuery({
    queryKey: ["connect"],
    queryFn: async () => (await fetch("/connect", { method: "HEAD" })).ok,
    enabled: maybe,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return there.data ? `http://${host}/connect` : undefined;
}
