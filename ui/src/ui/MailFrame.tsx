import { useEffect, useRef, useState } from "react";

interface MailFrameProps {
  title: string;
  html: string;
  /** Width in pixels of the screen on which the mail is read. */
  width: number;
}

const HEIGHT = 640;

/** A mail as a mail program shows it, shut in: the frame runs nothing of the mail and loads nothing from elsewhere. */
export function MailFrame({ title, html, width }: MailFrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    if (ready) frame.current?.contentWindow?.postMessage(html, "*");
  }, [html, ready]);
  return (
    <iframe
      ref={frame} src="/frame" sandbox="allow-scripts" title={title} onLoad={() => setReady(true)}
      style={{ width, maxWidth: "100%", height: HEIGHT, border: "1px solid var(--line)", borderRadius: 8, background: "#fff", colorScheme: "light", display: "block", margin: "0 auto" }}
    />
  );
}
