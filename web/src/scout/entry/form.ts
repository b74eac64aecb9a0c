import { useQuery } from "@tanstack/react-query";
import { api, data, type Problem } from "../../api";
import { forms } from "../event/ready";
import type { Form, Season } from "../wire";

/** seasonForm is the form of a season: from this device, or else from the server. */
async function seasonForm(year: number): Promise<Form> {
  const known = (await forms()).get(year);
  if (known) return known;
  return ((await data(api.GET("/api/seasons/{year}", { params: { path: { year } } }))) as unknown as Season).form;
}

/** useForm reads the form that an entry was made with. */
export const useForm = (year: number | undefined) =>
  useQuery<Form, Problem>({
    queryKey: ["scout-form", year],
    enabled: year !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => seasonForm(year!),
  });
