// One entry for each viewport that the app has a view for.

import { DRAWER } from "./choice";

const TITLES: Record<string, string> = {
  [DRAWER]: "Home",
  "stripe.dashboard.payment.detail": "Payment",
  settings: "App settings",
};

interface Props {
  views: { viewport: string }[];
  current: string;
  open(viewport: string): void;
}

export function Navigation({ views, current, open }: Props) {
  return (
    <nav aria-label="Viewports">
      {views.map(({ viewport }) => (
        <button
          key={viewport}
          type="button"
          aria-current={viewport === current ? "page" : undefined}
          data-viewport={viewport}
          onClick={() => open(viewport)}
        >
          {TITLES[viewport] ?? viewport.replace("stripe.dashboard.", "").replaceAll(".", " ")}
        </button>
      ))}
    </nav>
  );
}
