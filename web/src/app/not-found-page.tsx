import { Link } from 'wouter';
import { PageHeading } from './page-heading.tsx';

export function NotFoundPage() {
  return (
    <div className="empty">
      <PageHeading title="There is nothing on this shelf" tabTitle="Not found" />
      <p>The address may be mistyped, or what was here has moved.</p>
      <Link href="/" className="button primary">
        Back to the shop
      </Link>
    </div>
  );
}
