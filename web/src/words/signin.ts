/** signin are the texts about providers, sessions, passwords and operators. */
export const signin = {
  with: (provider: string) => `Continue with ${provider}`,
  or: "or",
  newHere: "New here? You need an invite from your team, by code or for your e-mail address.",
  entering: "Signing you in",
  joinWith: (provider: string) => `Join with ${provider}`,
  joinHelp: "So that you can sign in again on any device:",
  failed: {
    "sign-in-denied": (at: string) => [
      `${at} was not allowed to tell who you are`,
      "Nothing has changed. You can try again, or sign in another way.",
    ],
    "sign-in-expired": () => ["This sign-in took too long", "Or it was begun in another window or browser. Begin again here."],
    "provider-down": (at: string) => [`${at} does not answer`, "Try again in a moment, or sign in another way."],
    "provider-keys": (at: string) => [
      `${at} does not show its keys`,
      "Without them nobody can be signed in. Try again in a moment, or sign in another way.",
    ],
    "provider-answer": (at: string) => [`What ${at} answered does not hold`, "For your safety nobody was signed in. Begin again."],
    "not-invited": (at: string) => [
      "You are not invited yet",
      `${at} knows you, this server does not. Ask your team for an invite; if you have an account here, sign in as before and add ${at} under Me.`,
    ],
    "email-not-verified": (at: string) => [
      `${at} has not verified your e-mail address`,
      "So we cannot tell whether you are invited. Verify it there, or use an invite code.",
    ],
    "bad-invite-code": () => ["This invite code is wrong, used up or expired", "Ask your lead for a new one."],
    "identity-taken": (at: string) => [
      `This account of ${at} belongs to somebody else here`,
      "Two people are never made one. Choose another account there, or sign in as that person and remove it.",
    ],
    "too-many-tries": () => ["Too many wrong tries", "Wait 15 minutes and try again."],
  } as Record<string, (provider: string) => string[]>,
  failedOdd: ["The sign-in did not work", "Try again, or sign in another way."],
  linked: (provider: string) => `${provider} is added`,
  ways: {
    title: "How you sign in",
    none: "You joined with a code: only this device knows you.",
    noneHelp: "Add a way to sign in on others.",
    password: "E-mail and password",
    passwordNone: "No password",
    add: (provider: string) => `Add ${provider}`,
    remove: "Remove",
    removeTitle: (provider: string) => `Remove ${provider}?`,
    removeHelp: "You then sign in another way. Whoever is signed in stays so.",
    removed: (provider: string) => `${provider} is removed`,
    change: "Change the password",
    set: "Set a password",
    current: "Present password",
    next: "New password",
    email: "E-mail address to sign in with",
    nextHelp: "12 characters or more. You are signed out everywhere else.",
    save: "Save the password",
    saved: "The new password counts from now on",
  },
  sessions: {
    title: "Where you are signed in",
    current: "this one",
    used: (when: string) => `used ${when}`,
    since: (when: string) => `since ${when}`,
    unnamed: "A device without a name",
    end: "Sign out",
    endOf: (name: string) => `Sign out ${name}`,
    ended: "Signed out there",
    endOthers: "Sign out everywhere else",
    othersTitle: "Sign out everywhere else?",
    othersHelp:
      "All your other browsers and devices lose their live pages at once. A device that joined by a code needs a new one to come back.",
    othersEnded: "You are signed in here only",
  },
  operators: {
    title: "Who runs this server",
    help: "Operators import FTC events and see all of the server. There is always at least one.",
    you: "you",
    add: "New operator",
    addGo: "Make operator",
    addTitle: (name: string) => `Make ${name} an operator?`,
    addHelp: "They may do everything on this server, as you may. They are signed out everywhere and sign in again.",
    added: (name: string) => `${name} runs the server, too`,
    nobody: "Nobody else of your team could be one.",
    end: (name: string) => `End ${name}'s right`,
    endGo: "End",
    endTitle: (name: string) => `${name} no longer runs the server?`,
    endHelp: "They are signed out everywhere and sign in again as anybody else.",
    ended: (name: string) => `${name} no longer runs the server`,
  },
  invite: {
    email: "For one e-mail address only",
    emailHelp: "May stay empty. Whoever signs in with a provider that knows them by this address comes in, without a code.",
    made: (email: string) => `${email} is invited: they sign in with a provider`,
  },
} as const;

/** agentName makes "Firefox, Windows" of what a browser says of itself; empty where that is nothing we know. */
export function agentName(userAgent: string): string {
  const system = ["iPad", "iPhone", "Android", "CrOS", "Windows", "Macintosh", "Linux"].find((name) => userAgent.includes(name));
  const browser = [
    ["Edg/", "Edge"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ].find(([mark]) => userAgent.includes(mark!));
  return [browser?.[1], system?.replace("CrOS", "Chromebook").replace("Macintosh", "Mac")].filter(Boolean).join(", ");
}
