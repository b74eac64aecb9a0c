/** framed says whether the page is shown in a frame of another site. */
export const framed = () => new URLSearchParams(location.search).get("embed") === "1";
