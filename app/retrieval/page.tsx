import { MapScreen } from './map-screen.tsx';

export default function Page() {
  return <MapScreen />;
}
