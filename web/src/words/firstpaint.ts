/** firstPaint are texts that only the server's first paint of the public pages says; all others of it are public.ts's. */
export const firstPaint = {
  description: (event: string, about: string) => `${event}: live scores, schedule and rankings. ${about}`,
  noScript: "This part needs JavaScript. Schedule and rankings do not.",
};
