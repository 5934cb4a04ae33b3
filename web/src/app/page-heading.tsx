import { useEffect, useRef } from 'react';

let isFirstPage = true;
let cameBack = false;
window.addEventListener('popstate', () => {
  cameBack = true;
});

/**
 * The heading of a page. It names the document and takes the focus when the visitor came from another page, so that the
 * keyboard and a screen reader start where a mouse user looks.
 */
export function PageHeading({ title, tabTitle = title }: { title: string; tabTitle?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isFirstPage) {
      isFirstPage = false;
      return;
    }
    // The browser itself brings back the place where somebody was who goes back.
    if (!cameBack) window.scrollTo(0, 0);
    cameBack = false;
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <title>{`${tabTitle} · Valerix`}</title>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
    </>
  );
}
