// One entry for each viewport that the app has a view for.

import { viewportName } from "./viewports";

interface Props {
  views: { viewport: string }[];
  current: string;
  open(viewport: string): void;
}

export function Navigation({ views, current, open }: Props) {
  return (
    <nav aria-label="Views">
      {views.map(({ viewport }) => (
        <button
          key={viewport}
          type="button"
          aria-current={viewport === current ? "page" : undefined}
          data-viewport={viewport}
          title={viewport}
          onClick={() => open(viewport)}
        >
          {viewportName(viewport)}
        </button>
      ))}
    </nav>
  );
}
